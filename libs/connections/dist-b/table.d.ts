import type { Segment } from "@hangup/packets";
/**
 * Records by tuple: open addressing with linear probing over an index of slots. The hash is seeded, so that nobody outside
 * can choose addresses that meet in one place.
 */
export declare class ConnectionTable {
  #private;
  readonly maxSlots: number;
  /** Records in use, and how many of them the index holds. */
  live: number;
  /** Side of the segment that was looked up last: 0 when its source is the lower endpoint. */
  side: number;
  /** When `find` answered -1: a slot of the same tuple in another VLAN or tunnel, or -1. */
  elsewhere: number;
  /** `maxMemoryBytes` caps records and index together. */
  constructor(maxMemoryBytes: number, seed?: number);
  words(slot: number): Int32Array;
  times(slot: number): Float64Array;
  /** Where the slot's record begins in its `words`. */
  base(slot: number): number;
  /** Fingerprint of the tuple that was looked up last, of whatever VLAN or tunnel. */
  get hash(): number;
  /** Fingerprint of the record's tuple. */
  hashOf(slot: number): number;
  /** Slots that were ever in use; each below may be live. */
  get high(): number;
  /** The slot of the segment's tuple or -1; sets `side`. */
  find(s: Segment): number;
  /** Loads the record into the cache; the answer means nothing. */
  touch(slot: number): number;
  /** True while another record fits under the memory cap. */
  get hasRoom(): boolean;
  /** A zeroed record with the key of the segment that was looked up last; not yet in the index. Needs `hasRoom`. */
  allocate(s: Segment): number;
  /** Makes `slot` the record of the tuple that was looked up last. */
  insert(slot: number): void;
  /** Makes `slot` the tuple's record in the place of `old`, which has the same key. */
  replace(old: number, slot: number): void;
  /** Takes the record out of the index; it stays allocated. */
  remove(slot: number): void;
  /** Gives the record back. It must not be in the index. */
  release(slot: number): void;
}
