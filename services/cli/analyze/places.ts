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

/** Words of a place: address 4, port, then counts. */
const STRIDE = 12;
const PORT = 4;
export const ENDED = 5;
export const RESETS = 6;
export const ABNORMAL = 7;
export const REFUSED = 8;
export const TIMEOUTS = 9;
/** Places kept apart; beyond that the rest is not told by place. */
const LIMIT = 200_000;

/** What was counted, as it passes between threads. */
export interface PlacesContents {
  /** STRIDE words a place. */
  readonly words: Int32Array;
  readonly causes: readonly (ReadonlyMap<string, number> | undefined)[];
}

/** Counts by server address and port, in one array: a capture has rows for them in no order. */
export class Places {
  #words = new Int32Array(STRIDE * 64);
  #index = new Int32Array(256);
  #count = 0;
  readonly #causes: (Map<string, number> | undefined)[] = [];

  /** The number of the place, or -1 when there is no room for another. */
  find(address: Uint8Array, port: number): number {
    return this.#find(wordAt(address, 0), wordAt(address, 4), wordAt(address, 8), wordAt(address, 12), port);
  }

  #find(a: number, b: number, c: number, d: number, port: number): number {
    const mask = this.#index.length - 1;
    let at = hashOf(a, b, c, d, port) & mask;
    for (; this.#index[at] !== 0; at = (at + 1) & mask) {
      const p = (this.#index[at] - 1) * STRIDE;
      const w = this.#words;
      if (w[p + 3] === d && w[p + PORT] === port && w[p + 2] === c && w[p + 1] === b && w[p] === a)
        return this.#index[at] - 1;
    }
    if (this.#count >= LIMIT) return -1;
    const place = this.#count++;
    if (this.#count * STRIDE > this.#words.length) this.#growWords();
    this.#words.set([a, b, c, d, port], place * STRIDE);
    this.#index[at] = place + 1;
    if (this.#count * 2 > this.#index.length) this.#growIndex();
    return place;
  }

  count(place: number, what: number): void {
    this.#words[place * STRIDE + what]++;
  }

  countCause(place: number, cause: string, count = 1): void {
    let causes = this.#causes[place];
    if (causes === undefined) this.#causes[place] = causes = new Map();
    causes.set(cause, (causes.get(cause) ?? 0) + count);
  }

  get contents(): PlacesContents {
    return { words: this.#words.slice(0, this.#count * STRIDE), causes: this.#causes };
  }

  /** Adds what was counted elsewhere. */
  merge({ words, causes }: PlacesContents): void {
    for (let p = 0; p < words.length; p += STRIDE) {
      const place = this.#find(words[p], words[p + 1], words[p + 2], words[p + 3], words[p + PORT]);
      if (place < 0) continue;
      for (let what = ENDED; what < STRIDE; what++) this.#words[place * STRIDE + what] += words[p + what];
      for (const [cause, count] of causes[p / STRIDE] ?? []) this.countCause(place, cause, count);
    }
  }

  all(): Place[] {
    return Array.from({ length: this.#count }, (_, place) => {
      const p = place * STRIDE;
      const w = this.#words;
      return {
        address: Uint8Array.from({ length: 16 }, (__, i) => (w[p + (i >> 2)] >>> (24 - (i & 3) * 8)) & 255),
        port: w[p + PORT],
        ended: w[p + ENDED],
        resets: w[p + RESETS],
        abnormal: w[p + ABNORMAL],
        refused: w[p + REFUSED],
        timeouts: w[p + TIMEOUTS],
        causes: this.#causes[place] ?? new Map<string, number>(),
      };
    });
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
      const p = place * STRIDE;
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
