import type { Alike } from "./alike.ts";

/** What ended at one server port. */
export interface Place {
  readonly address: Uint8Array;
  readonly port: number;
  readonly ended: number;
  readonly resets: number;
  /** Of these, not known to be benign. */
  readonly abnormal: number;
  readonly refused: number;
  readonly timeouts: number;
  /** Causes other than FIN, by count. */
  readonly causes: ReadonlyMap<string, number>;
}

/** What was counted, as it passes between threads: places one after another, each an address of four words, a port, and counts. */
export interface PlacesContents {
  readonly words: Int32Array;
  readonly stride: number;
}

/** Words of a place before its counts. */
const KEY = 5;
const PORT = 4;
/** Places kept apart; beyond that the rest is not told by place. */
const LIMIT = 200_000;

/** Counts by server address and port, in one array: a capture has rows for them in no order. */
export class Places {
  /** KEY, then a count for each number that rows alike have (Tally): a cache line, until there are more of them. */
  #stride = 16;
  #words = new Int32Array(this.#stride * 64);
  #index = new Int32Array(256);
  #count = 0;

  /** A row at this server port, of those alike that have this number. */
  add(address: Uint8Array, port: number, alike: number): void {
    this.#add(wordAt(address, 0), wordAt(address, 4), wordAt(address, 8), wordAt(address, 12), port, alike, 1);
  }

  get contents(): PlacesContents {
    return { words: this.#words.slice(0, this.#count * this.#stride), stride: this.#stride };
  }

  /** Adds what was counted elsewhere. `numbers`: what the rows alike have here for number, by the one that they have there. */
  merge({ words, stride }: PlacesContents, numbers: readonly number[]): void {
    for (let p = 0; p < words.length; p += stride) {
      for (const [there, here] of numbers.entries()) {
        const count = there < stride - KEY ? words[p + KEY + there] : 0;
        if (count > 0) this.#add(words[p], words[p + 1], words[p + 2], words[p + 3], words[p + PORT], here, count);
      }
    }
  }

  /** `alike`: the rows alike, by number. */
  all(alike: readonly Alike[]): Place[] {
    return Array.from({ length: this.#count }, (_, place) => this.#place(place * this.#stride, alike));
  }

  #place(p: number, alike: readonly Alike[]): Place {
    const w = this.#words;
    const address = Uint8Array.from({ length: 16 }, (_, i) => (w[p + (i >> 2)] >>> (24 - (i & 3) * 8)) & 255);
    const causes = new Map<string, number>();
    let [ended, resets, abnormal, refused, timeouts] = [0, 0, 0, 0, 0];
    for (let number = 0; number < this.#stride - KEY; number++) {
      const count = w[p + KEY + number];
      if (count === 0) continue;
      const { kind, cause, benign } = alike[number];
      ended += count;
      if (kind === "fin") continue;
      if (kind === "reset") resets += count;
      else if (kind === "refused") refused += count;
      else timeouts += count;
      if (kind === "reset" && benign !== true) abnormal += count;
      causes.set(cause, (causes.get(cause) ?? 0) + count);
    }
    return { address, port: w[p + PORT], ended, resets, abnormal, refused, timeouts, causes };
  }

  #add(a: number, b: number, c: number, d: number, port: number, alike: number, count: number): void {
    if (KEY + alike >= this.#stride) this.#widen();
    const place = this.#find(a, b, c, d, port);
    if (place >= 0) this.#words[place * this.#stride + KEY + alike] += count;
  }

  /** The number of the place, or -1 when there is no room for another. */
  #find(a: number, b: number, c: number, d: number, port: number): number {
    const mask = this.#index.length - 1;
    let at = hashOf(a, b, c, d, port) & mask;
    for (; this.#index[at] !== 0; at = (at + 1) & mask) {
      const p = (this.#index[at] - 1) * this.#stride;
      const w = this.#words;
      if (w[p + 3] === d && w[p + PORT] === port && w[p + 2] === c && w[p + 1] === b && w[p] === a)
        return this.#index[at] - 1;
    }
    if (this.#count >= LIMIT) return -1;
    const place = this.#count++;
    if (this.#count * this.#stride > this.#words.length) this.#growWords();
    this.#words.set([a, b, c, d, port], place * this.#stride);
    this.#index[at] = place + 1;
    if (this.#count * 2 > this.#index.length) this.#growIndex();
    return place;
  }

  /** Room for twice the counts in each place. */
  #widen(): void {
    const stride = this.#stride * 2;
    const words = new Int32Array((this.#words.length / this.#stride) * stride);
    for (let place = 0; place < this.#count; place++) {
      const p = place * this.#stride;
      words.set(this.#words.subarray(p, p + this.#stride), place * stride);
    }
    this.#words = words;
    this.#stride = stride;
  }

  #growWords(): void {
    const larger = new Int32Array(this.#words.length * 2);
    larger.set(this.#words);
    this.#words = larger;
  }

  #growIndex(): void {
    this.#index = new Int32Array(this.#index.length * 2);
    const mask = this.#index.length - 1;
    const w = this.#words;
    for (let place = 0; place < this.#count; place++) {
      const p = place * this.#stride;
      let at = hashOf(w[p], w[p + 1], w[p + 2], w[p + 3], w[p + PORT]) & mask;
      while (this.#index[at] !== 0) at = (at + 1) & mask;
      this.#index[at] = place + 1;
    }
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

function hashOf(a: number, b: number, c: number, d: number, port: number): number {
  const hash =
    Math.imul(a, 0x9e3779b1) +
    Math.imul(b, 0x85ebca6b) +
    Math.imul(c, 0xc2b2ae35) +
    Math.imul(d ^ (port << 16), 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) + port;
}
