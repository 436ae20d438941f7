/** So many times its limit a generation holds at the very most, where turns are long. */
export const MOST = 8;
/** Places of the first generation until they are half full, as in most captures they never are. */
const FIRST_PLACES = 1 << 8;

/**
 * A bounded set of 32-bit fingerprints: two generations, the older is dropped when the younger is full. So what was met lately is
 * known, and a busy link costs no more memory than a quiet one. Two things with one fingerprint pass for one.
 *
 * Generations change at turns of the capture clock, so that what is known does not depend on how often something was added in between.
 */
export class FingerprintSet {
  readonly #limit: number;
  #young: Int32Array;
  #old: Int32Array;
  #count = 0;
  /** How often generations have changed. */
  generation = 0;

  /** Holds at least `limit` of the latest members (a power of two) at up to 16 bytes each, and what a turn adds to them. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#young = new Int32Array(Math.min(FIRST_PLACES, limit * 2));
    // Not with its declaration: V8 would take it for a constant, and throw away what it compiled when generations change.
    this.#old = new Int32Array(1);
  }

  /** Members of the younger generation. */
  get young(): number {
    return this.#count;
  }

  add(fingerprint: number): void {
    if (!put(this.#young, fingerprint | 0 || 1)) return;
    if (++this.#count * 2 > this.#young.length) this.#grow();
  }

  /**
   * What stands where this one will be looked for first. Asked for many before they are added, the cache fetches all of these places at
   * once; the answer tells nothing else.
   */
  fetch(fingerprint: number): number {
    return this.#young[(fingerprint | 0 || 1) & (this.#young.length - 1)];
  }

  /** A turn of the capture clock. `young`: members of the younger generation, those of other sets that have a part in it included. */
  turn(young: number = this.#count): void {
    if (young >= this.#limit) this.#change();
  }

  #change(): void {
    this.#old = this.#young;
    this.#young = new Int32Array(this.#limit * 2);
    this.#count = 0;
    this.generation++;
  }

  #grow(): void {
    if (this.#count >= this.#limit * MOST) {
      this.#change();
      return;
    }
    const members = this.#young;
    const larger = new Int32Array(Math.max(members.length, this.#limit) * 2);
    for (let i = 0; i < members.length; i++) if (members[i] !== 0) put(larger, members[i]);
    this.#young = larger;
  }

  has(fingerprint: number): boolean {
    const value = fingerprint | 0 || 1;
    return contains(this.#young, value) || contains(this.#old, value);
  }
}

/** Puts a value in that is not 0; answers whether it is new. */
function put(table: Int32Array, value: number): boolean {
  const mask = table.length - 1;
  let at = value & mask;
  while (table[at] !== 0) {
    if (table[at] === value) return false;
    at = (at + 1) & mask;
  }
  table[at] = value;
  return true;
}

function contains(table: Int32Array, value: number): boolean {
  const mask = table.length - 1;
  for (let at = value & mask; ; at = (at + 1) & mask) {
    const there = table[at];
    if (there === value) return true;
    if (there === 0) return false;
  }
}

/** Mixes another word into a fingerprint. */
export function mixWord(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

/** Fingerprint of an address of four words at `at`, of the VLAN or tunnel `context`. */
export function addressFingerprint(words: Int32Array, at: number, context: number): number {
  const last = mixWord(0x5bd1e995, words[at + 3]);
  // IPv4 in its IPv6 form: the other three words are the same in all.
  if (words[at + 2] === 0xffff && (words[at] | words[at + 1]) === 0)
    return context === 0 ? last : mixWord(last, context);
  return mixWord(mixWord(mixWord(mixWord(last, words[at + 2]), words[at + 1]), words[at]), context);
}
