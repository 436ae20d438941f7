/**
 * Records of a fixed number of words for what few connections need. Index 0 is "none"; a record is zeroed when it is given out.
 * Words are read and written through `words` at `index * stride`; growing replaces the array, so it is never kept.
 */
export class Pool {
  words: Int32Array;
  /** The same memory as numbers of 64 bits, for times: at `(index * stride + word) / 2`. */
  times: Float64Array;
  readonly stride: number;
  readonly #limit: number;
  #high = 1;
  #free = 0;
  used = 0;

  /** `stride` is even; at most `limit` records live at once. */
  constructor(stride: number, limit: number) {
    this.stride = stride;
    this.#limit = limit;
    const buffer = new ArrayBuffer(Math.min(256, limit + 1) * stride * 4);
    this.words = new Int32Array(buffer);
    this.times = new Float64Array(buffer);
  }

  /** Index of a zeroed record, or 0 when the pool is at its limit. */
  allocate(): number {
    if (this.#free !== 0) {
      const index = this.#free;
      const at = index * this.stride;
      this.#free = this.words[at];
      this.words.fill(0, at, at + this.stride);
      this.used++;
      return index;
    }
    if (this.#high > this.#limit) return 0;
    if ((this.#high + 1) * this.stride > this.words.length) this.#grow();
    this.used++;
    return this.#high++;
  }

  release(index: number): void {
    this.words[index * this.stride] = this.#free;
    this.#free = index;
    this.used--;
  }

  /** Twice the room, but none that the limit leaves unused. */
  #grow(): void {
    const buffer = new ArrayBuffer(Math.min(this.words.length * 2, (this.#limit + 1) * this.stride) * 4);
    const words = new Int32Array(buffer);
    words.set(this.words);
    this.words = words;
    this.times = new Float64Array(buffer);
  }
}
