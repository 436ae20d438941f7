/** Probes that are kept of a source here: with one more it may be a scan. */
export const FEW = 7;
/** Places at first, until they are half full. */
const FIRST_PLACES = 1 << 8;

// Words of a place: the source and how many probes of it there are, then of each its time (Float64), host, and port.
const COUNT = 1;
const PROBES = 2;
const PROBE_WORDS = 4;
const HOST = 2;
const PORT = 3;
const STRIDE = 32;
/** In the word of the port. */
const OPENER = 1 << 16;

/** Some places, at most half of which are taken. */
class Places {
  readonly words: Int32Array;
  readonly times: Float64Array;

  /** @param count a power of two. */
  constructor(count: number) {
    this.words = new Int32Array(count * STRIDE);
    this.times = new Float64Array(this.words.buffer);
  }

  get count(): number {
    return this.words.length / STRIDE;
  }

  /** Word offset of the place of the source, or of the free one that it would take. */
  find(source: number): number {
    const { words } = this;
    const mask = words.length - STRIDE;
    let at = (source * STRIDE) & mask;
    while (words[at + COUNT] !== 0 && words[at] !== source) at = (at + STRIDE) & mask;
    return at;
  }
}

/**
 * Sources that have knocked a few times: most never do more, and need no object each. Two generations, the older is dropped when the
 * younger is full.
 */
export class FewProbes {
  readonly #limit: number;
  #young = new Places(FIRST_PLACES);
  #old = new Places(1);
  /** Sources in the younger generation. */
  #sources = 0;
  /** The place that was looked at last, in the younger generation. */
  #at = 0;

  /** @param limit sources that a generation holds, a power of two. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a probe; false where there are as many of its source already: they are read by `forEach`. */
  add(source: number, target: number, port: number, timeUs: number, opener: boolean): boolean {
    this.#at = this.#placeOf(source);
    const { words, times } = this.#young;
    const count = words[this.#at + COUNT];
    if (count === FEW) return false;
    const probe = this.#at + PROBES + count * PROBE_WORDS;
    words[this.#at + COUNT] = count + 1;
    times[probe >> 1] = timeUs;
    words[probe + HOST] = target;
    words[probe + PORT] = port | (opener ? OPENER : 0);
    return true;
  }

  /** The probes of the source that was added to last. */
  forEach(take: (target: number, port: number, timeUs: number, opener: boolean) => void): void {
    const { words, times } = this.#young;
    for (let i = 0; i < words[this.#at + COUNT]; i++) {
      const probe = this.#at + PROBES + i * PROBE_WORDS;
      const port = words[probe + PORT];
      take(words[probe + HOST], port & 0xffff, times[probe >> 1], (port & OPENER) !== 0);
    }
  }

  #placeOf(source: number): number {
    const at = this.#young.find(source);
    if (this.#young.words[at + COUNT] !== 0) return at;
    if (this.#sources >= this.#limit) this.#change();
    else if ((this.#sources + 1) * 2 > this.#young.count) this.#grow();
    this.#sources++;
    const free = this.#young.find(source);
    const known = this.#old.find(source);
    if (this.#old.words[known + COUNT] !== 0) copyPlace(this.#old, known, this.#young, free);
    else this.#young.words[free] = source;
    return free;
  }

  #change(): void {
    this.#old = this.#young;
    this.#young = new Places(this.#old.count);
    this.#sources = 0;
  }

  #grow(): void {
    const smaller = this.#young;
    this.#young = new Places(smaller.count * 2);
    for (let at = 0; at < smaller.words.length; at += STRIDE) {
      if (smaller.words[at + COUNT] !== 0) copyPlace(smaller, at, this.#young, this.#young.find(smaller.words[at]));
    }
  }
}

function copyPlace(from: Places, at: number, to: Places, free: number): void {
  for (let i = 0; i < STRIDE; i++) to.words[free + i] = from.words[at + i];
}
