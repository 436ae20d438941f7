/**
 * A bounded set of 32-bit fingerprints: two generations, the older is dropped when the younger is full. So what was met lately is
 * known, and a busy link costs no more memory than a quiet one. Two things with one fingerprint pass for one.
 */
export declare class FingerprintSet {
  #private;
  /** Holds at least `limit` of the latest members (a power of two) at up to 16 bytes each. */
  constructor(limit: number);
  add(fingerprint: number): void;
  has(fingerprint: number): boolean;
}
/** Mixes another word into a fingerprint. */
export declare function mixWord(hash: number, word: number): number;
/** Fingerprint of an address of four words at `at`, of the VLAN or tunnel `context`. */
export declare function addressFingerprint(words: Int32Array, at: number, context: number): number;
