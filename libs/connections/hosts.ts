import type { RefusalTtl } from "./ended.ts";
import { addressFingerprint, FingerprintSet, MOST } from "./fingerprints.ts";

/** Words of a host: address 4, context, then up to four TTLs of its SYN-ACKs. */
const STRIDE = 9;
const CONTEXT = 4;
const TTLS = 5;
const MAX_TTLS = 4;
/** Hosts a generation holds. */
const LIMIT = 1 << 15;

/** A TTL entry: TTL 8 bits | seen on a second server port 1 bit | the first server port 16 bits. */
const SECOND_PORT = 1 << 8;
const PORT_SHIFT = 16;

/**
 * What the connections of an address have in common, for as many addresses as were met lately: two generations, the older is
 * dropped when the younger is full.
 */
export class Hosts {
  #young = new Generation();
  #old: Generation | null = null;
  #changes = 0;
  readonly #forwarded = new FingerprintSet(1 << 15);
  /** Live, the host's own addresses, by name; null in a file. */
  #named: Set<number> | null = null;

  /** Rises when generations change. */
  get generation(): number {
    return this.#changes + this.#forwarded.generation;
  }

  /** Says which addresses (16 bytes each) are this host's own, so that TTLs need not tell. */
  setLocal(addresses: readonly Uint8Array[]): void {
    this.#named = new Set(
      addresses.map((address) => {
        const view = new DataView(address.buffer, address.byteOffset, address.byteLength);
        return addressFingerprint(
          Int32Array.of(0, 4, 8, 12).map((at) => view.getInt32(at)),
          0,
          0,
        );
      }),
    );
  }

  /** A turn of the capture clock: generations change. */
  turn(): void {
    if (this.#young.count >= LIMIT) this.#change();
    this.#forwarded.turn();
  }

  /** The address, by fingerprint, sent a segment with a TTL that no stack begins with. */
  noteForwarded(address: number): void {
    this.#forwarded.add(address);
  }

  /** A TTL that the host carries on a server port. Answers whether it was known of this very port. */
  noteServerTtl(words: Int32Array, at: number, context: number, ttl: number, port: number): boolean {
    const entry = this.#entry(words, at, context);
    const own = this.#young.words;
    for (let i = 0; i < MAX_TTLS; i++) {
      const known = own[entry + TTLS + i];
      if (known === 0) {
        own[entry + TTLS + i] = ttl | (port << PORT_SHIFT);
        return false;
      }
      if ((known & 255) === ttl) {
        if (known >>> PORT_SHIFT === port) return true;
        own[entry + TTLS + i] |= SECOND_PORT;
        return false;
      }
    }
    return false;
  }

  /**
   * Is it this host's own, or in a file: have all its packets a TTL that stacks begin with? `ttls` are those of the connection
   * at hand, a byte each.
   */
  isLocal(words: Int32Array, at: number, context: number, ttls: number): boolean {
    if (this.#named !== null) return this.#named.has(addressFingerprint(words, at, 0));
    for (let set = ttls; set !== 0; set >>>= 8) if (isForwarded(set & 255)) return false;
    return ttls !== 0 && !this.#forwarded.has(addressFingerprint(words, at, context));
  }

  /** How far `ttl` is from the nearest TTL of the host: the same, one hop (near), more (off); unknown where none counts. */
  compareTtl(words: Int32Array, at: number, context: number, ttl: number): RefusalTtl {
    const entry = this.#find(words, at, context);
    if (entry === null) return "unknown";
    let counted = false;
    let near = false;
    for (let i = 0; i < MAX_TTLS; i++) {
      const known = entry.words[entry.found + TTLS + i];
      if (known === 0) break;
      const value = known & 255;
      if (value === ttl) return "same";
      near ||= Math.abs(value - ttl) === 1;
      counted ||= (value > 2 && value < 254) || (known & SECOND_PORT) !== 0;
    }
    if (near) return "near";
    return counted ? "off" : "unknown";
  }

  /** Is `ttl` one that the host carries on two server ports? */
  carriesOnTwoPorts(words: Int32Array, at: number, context: number, ttl: number): boolean {
    const entry = this.#find(words, at, context);
    if (entry === null) return false;
    for (let i = 0; i < MAX_TTLS; i++) {
      const known = entry.words[entry.found + TTLS + i];
      if ((known & 255) === ttl && (known & SECOND_PORT) !== 0) return true;
    }
    return false;
  }

  #find(words: Int32Array, at: number, context: number): Generation | null {
    const hash = addressFingerprint(words, at, context);
    if (this.#young.find(words, at, context, hash) >= 0) return this.#young;
    if (this.#old !== null && this.#old.find(words, at, context, hash) >= 0) return this.#old;
    return null;
  }

  /** Word offset of the host in the younger generation, where it is now. */
  #entry(words: Int32Array, at: number, context: number): number {
    const hash = addressFingerprint(words, at, context);
    const found = this.#young.find(words, at, context, hash);
    if (found >= 0) return found;
    if (this.#young.count >= LIMIT * MOST) this.#change();
    const entry = this.#young.add(words, at, context, hash);
    const old = this.#old?.find(words, at, context, hash) ?? -1;
    if (old >= 0 && this.#old !== null)
      this.#young.words.set(this.#old.words.subarray(old + TTLS, old + STRIDE), entry + TTLS);
    return entry;
  }

  #change(): void {
    this.#old = this.#young;
    this.#young = new Generation();
    this.#changes++;
  }
}

/** Has the segment passed a router? No stack begins with such a TTL. */
export function isForwarded(ttl: number): boolean {
  return ttl !== 64 && ttl !== 128 && ttl !== 255;
}

class Generation {
  words = new Int32Array(STRIDE * 64);
  count = 0;
  /** Word offset that `find` answered last. */
  found = -1;
  #index = new Int32Array(128);

  find(words: Int32Array, at: number, context: number, hash: number): number {
    const mask = this.#index.length - 1;
    for (let i = hash & mask; this.#index[i] !== 0; i = (i + 1) & mask) {
      const entry = (this.#index[i] - 1) * STRIDE;
      if (
        this.words[entry + 3] === words[at + 3] &&
        this.words[entry + 2] === words[at + 2] &&
        this.words[entry + 1] === words[at + 1] &&
        this.words[entry] === words[at] &&
        this.words[entry + CONTEXT] === context
      ) {
        this.found = entry;
        return entry;
      }
    }
    return -1;
  }

  add(words: Int32Array, at: number, context: number, hash: number): number {
    if ((this.count + 1) * 2 > this.#index.length) this.#growIndex();
    if ((this.count + 1) * STRIDE > this.words.length) {
      const larger = new Int32Array(this.words.length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    const entry = this.count * STRIDE;
    for (let i = 0; i < 4; i++) this.words[entry + i] = words[at + i];
    this.words[entry + CONTEXT] = context;
    this.count++;
    this.#place(hash, this.count);
    return entry;
  }

  #growIndex(): void {
    this.#index = new Int32Array(this.#index.length * 2);
    for (let i = 0; i < this.count; i++)
      this.#place(addressFingerprint(this.words, i * STRIDE, this.words[i * STRIDE + CONTEXT]), i + 1);
  }

  #place(hash: number, value: number): void {
    const mask = this.#index.length - 1;
    let i = hash & mask;
    while (this.#index[i] !== 0) i = (i + 1) & mask;
    this.#index[i] = value;
  }
}
