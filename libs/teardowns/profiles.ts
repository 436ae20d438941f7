import { grown } from "./dictionaries.ts";
import { PROFILE_SIZE } from "./layout.ts";

/**
 * The profiles of a batch, each once, one after the other in `values`: PROFILE_SIZE numbers each, in the order of
 * PROFILE_COLUMNS. Found again by an open-addressed hash over those numbers.
 */
export class ProfileTable {
  count = 0;
  values = new Uint32Array(PROFILE_SIZE * 16);
  /** Profile number + 1; 0 is a free slot. Length a power of two, at most half full. */
  #slots = new Uint32Array(32);

  /** Where the next profile is to be drafted in `values`, before `intern` looks for one like it. */
  draft(): number {
    const base = this.count * PROFILE_SIZE;
    if (base + PROFILE_SIZE > this.values.length) this.values = grown(this.values, base + PROFILE_SIZE);
    return base;
  }

  /** The number of the drafted profile: that of an equal one, or a new one. */
  intern(): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(this.count) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const candidate = this.#slots[slot] - 1;
      if (this.#equal(candidate, this.count)) return candidate;
    }
    this.#slots[slot] = ++this.count;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    return this.count - 1;
  }

  #hash(profile: number): number {
    const { values } = this;
    let hash = 0x811c9dc5;
    for (let i = profile * PROFILE_SIZE, end = i + PROFILE_SIZE; i < end; i++)
      hash = Math.imul(hash ^ values[i], 0x01000193);
    return (hash ^ (hash >>> 15)) >>> 0;
  }

  #equal(a: number, b: number): boolean {
    const { values } = this;
    for (let i = a * PROFILE_SIZE, j = b * PROFILE_SIZE, end = i + PROFILE_SIZE; i < end; i++, j++) {
      if (values[i] !== values[j]) return false;
    }
    return true;
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let profile = 0; profile < this.count; profile++) {
      let slot = this.#hash(profile) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = profile + 1;
    }
  }

  /** Makes room for so many profiles, all zero, as a decoder fills them column by column. */
  resize(count: number): void {
    if (count * PROFILE_SIZE > this.values.length) this.values = new Uint32Array(count * PROFILE_SIZE);
    else this.values.fill(0, 0, count * PROFILE_SIZE);
    this.count = count;
  }

  clear(): void {
    this.count = 0;
    this.#slots.fill(0);
  }
}
