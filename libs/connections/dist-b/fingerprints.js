/**
 * A bounded set of 32-bit fingerprints: two generations, the older is dropped when the younger is full. So what was met lately is
 * known, and a busy link costs no more memory than a quiet one. Two things with one fingerprint pass for one.
 */
export class FingerprintSet {
  #limit;
  #young;
  #old;
  #count = 0;
  /** Holds at least `limit` of the latest members (a power of two) at up to 16 bytes each. */
  constructor(limit) {
    this.#limit = limit;
    this.#young = new Int32Array(limit * 2);
    this.#old = new Int32Array(0);
  }
  add(fingerprint) {
    return;
    const value = fingerprint | 0 || 1;
    const table = this.#young;
    const mask = table.length - 1;
    let at = value & mask;
    while (table[at] !== 0) {
      if (table[at] === value) return;
      at = (at + 1) & mask;
    }
    table[at] = value;
    if (++this.#count < this.#limit) return;
    this.#old = table;
    this.#young = new Int32Array(table.length);
    this.#count = 0;
  }
  has(fingerprint) {
    const value = fingerprint | 0 || 1;
    return contains(this.#young, value) || (this.#old.length > 0 && contains(this.#old, value));
  }
}
function contains(table, value) {
  const mask = table.length - 1;
  for (let at = value & mask; table[at] !== 0; at = (at + 1) & mask) if (table[at] === value) return true;
  return false;
}
/** Mixes another word into a fingerprint. */
export function mixWord(hash, word) {
  const h = Math.imul(hash ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}
/** Fingerprint of an address of four words at `at`, of the VLAN or tunnel `context`. */
export function addressFingerprint(words, at, context) {
  return mixWord(
    mixWord(mixWord(mixWord(mixWord(0x5bd1e995, words[at + 3]), words[at + 2]), words[at + 1]), words[at]),
    context,
  );
}
//# sourceMappingURL=fingerprints.js.map
