/**
 * Records of a fixed number of words for what few connections need. Index 0 is "none"; a record is zeroed when it is given out.
 * Words are read and written through `words` at `index * stride`; growing replaces the array, so it is never kept.
 */
export declare class Pool {
  #private;
  words: Int32Array;
  /** The same memory as numbers of 64 bits, for times: at `(index * stride + word) / 2`. */
  times: Float64Array;
  readonly stride: number;
  used: number;
  /** `stride` is even; at most `limit` records live at once. */
  constructor(stride: number, limit: number);
  /** Index of a zeroed record, or 0 when the pool is at its limit. */
  allocate(): number;
  release(index: number): void;
}
