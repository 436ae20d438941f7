import type { Segment } from "@hangup/packets";
import {
  FREE_SLOT,
  FRONT_ENTRIES,
  INDEXED,
  LIVE,
  MOST_INDEXED,
  PLACES,
  SEED,
  STANDING_BY_CONTEXT,
} from "./arena-layout.ts";
import { Arena } from "./arena.ts";
import { DISTANCE_SHIFT, MAX_DISTANCE, SLOT_BITS, SLOT_MASK, TAG_BITS } from "./index-layout.ts";
import {
  ADDRESS,
  BY_CONTEXT,
  CONTEXT,
  DETACHED,
  FLAGS,
  FREE,
  HISTORY,
  IPV6,
  MARKS,
  NEXT,
  PORTS,
  SHADOW,
  SIDE,
  STATE,
  STRIDE,
} from "./layout.ts";
import { RARE_BYTES_A_CONNECTION } from "./rare-facts.ts";
import * as tuples from "./tuples.ts";

/** Records that are made free at once: so that there is one way to a record, which takes it from those that are free. */
const OPENED = 64;

const MAX_SLOTS = SLOT_MASK - 1;
/** Connections that were looked up last, by hash, with ten more bits of it: spares the busy ones the index. */
const FRONT_MASK = FRONT_ENTRIES - 1;
/** Each enlargement of the index doubles its places while they are few; later an entry takes five to six bytes. */
const FEW_PLACES = 1 << 17;
const GROWTH = 1.2;
const MAX_LOAD = 0.8;
/** Places reserved for each slot: more than the index can come to need. */
const MOST_PLACES = 3;
const FIRST_PLACES = 1 << 12;
/** Bytes of a record, of its share of the index, and of what it may have in the side pools. */
const BYTES_PER_SLOT = STRIDE * 4 + 8 + RARE_BYTES_A_CONNECTION;

/**
 * Records of one tuple, in as many VLANs or tunnels, that stand in the index by the tuple alone: so that the two directions of a connection
 * find each other. Were it all of them, anybody could fill one place of the index.
 */
const MOST_BY_TUPLE = 4;

/** So many seeds there are: whole numbers from 0. */
export const SEEDS = 2 ** 31 - 1;

/**
 * Records by tuple: open addressing with linear probing over an index of slots. The hash is seeded, so that nobody outside
 * can choose addresses that meet in one place.
 */
export class ConnectionTable {
  /** Records, index and what else the tracker's WebAssembly part looks connections up in: the same as here, its `find` is. */
  readonly arena: Arena;
  /** The records, as words and as times: that of a slot begins at `base`. */
  readonly words: Int32Array;
  readonly times: Float64Array;
  readonly #seed: number;
  readonly maxSlots: number;
  /**
   * Long enough for all the slots from the start, so that it grows where it is. Behind the last place an entry can call its own there is
   * room for those that stand farther, and a zero.
   */
  readonly #index: Int32Array;
  #places = 0;
  /** Places for each of the 2^32 hashes. */
  #scale = 0;
  /** Slot + 1. */
  readonly #front: Int32Array;
  /**
   * Slots opened: those below are live or free. A list through NEXT leads from FREE_SLOT through those that are free, the last freed first:
   * it is in the cache.
   */
  #high = 0;
  readonly #state: Int32Array;
  /** Side of the segment that was looked up last: 0 when its source is the lower endpoint. */
  side = 0;
  /** When `find` answered -1: a slot of the same tuple in another VLAN or tunnel, or -1. */
  elsewhere = -1;
  #hash = 0;
  /** Of the tuple that was looked up last and not found: by what it is to stand in the index, and whether that is its context, too. */
  #place = 0;
  #byContext = false;
  /** The tuple of an IPv6 segment that is looked up, as records begin. */
  readonly #key = new Int32Array(PORTS + 1);

  /** `maxMemoryBytes` caps records, index and side pools together. */
  constructor(maxMemoryBytes: number, seed: number = Math.floor(Math.random() * SEEDS)) {
    this.#seed = seed | 0;
    this.maxSlots = Math.max(64, Math.min(MAX_SLOTS, Math.floor(maxMemoryBytes / BYTES_PER_SLOT)));
    this.arena = new Arena(this.maxSlots, indexLength(Math.max(FIRST_PLACES, this.maxSlots * MOST_PLACES)));
    this.#state = this.arena.state;
    this.#state[SEED >> 2] = this.#seed;
    this.words = this.arena.words;
    this.times = this.arena.times;
    this.#index = this.arena.index;
    this.#front = this.arena.front;
    this.#setPlaces(FIRST_PLACES);
  }

  /** Where the slot's record begins in `words`. */
  base(slot: number): number {
    return Math.imul(slot, STRIDE);
  }

  /** Records in use. */
  get live(): number {
    return this.#state[LIVE >> 2];
  }

  /** Fingerprint of the tuple that was looked up last, of whatever VLAN or tunnel. */
  get hash(): number {
    return this.#hash;
  }

  /** Fingerprint of the record's tuple. */
  hashOf(slot: number): number {
    return tuples.hashOfRecord(this.#seed, this.words, this.base(slot));
  }

  /** Slots that can have been in use; each below may be live. */
  get high(): number {
    return this.#high;
  }

  /** The slot of the segment's tuple or -1; sets `side`. */
  find(s: Segment): number {
    if (s.family === 6) return this.#findV6(s);
    const src = s.src3;
    const dst = s.dst3;
    const swapped = src === dst ? s.srcPort > s.dstPort : src >>> 0 > dst >>> 0;
    this.side = swapped ? 1 : 0;
    // Exchanged by arithmetic: which of two endpoints is the lower is nothing that a processor could foresee.
    const mask = swapped ? -1 : 0;
    const difference = (src ^ dst) & mask;
    const lower = src ^ difference;
    const higher = dst ^ difference;
    const shift = 16 & mask;
    const ports = (s.srcPort << (16 - shift)) | (s.dstPort << shift);
    const context = s.context | 0;
    const hash = tuples.finish(tuples.mix(tuples.mix(tuples.mix(this.#seed, lower), higher), ports));
    this.#hash = hash;
    const front = this.#front[hash & FRONT_MASK];
    if (front >>> SLOT_BITS === hash >>> SLOT_BITS && front !== 0) {
      const slot = (front & SLOT_MASK) - 1;
      const w = this.words;
      const a = Math.imul(slot, STRIDE);
      if (w[a + 3] === lower && w[a + 7] === higher && w[a + PORTS] === ports && w[a + CONTEXT] === context)
        if ((w[a + FLAGS] & IPV6) === 0) return slot;
    }
    this.elsewhere = -1;
    let others = 0;
    const index = this.#index;
    let wanted = tuples.tagOf(hash);
    for (let at = ((hash >>> 0) * this.#scale) | 0; ; at++, wanted += 1 << TAG_BITS) {
      const entry = index[at];
      if (entry >>> SLOT_BITS !== wanted || entry === 0) {
        // Entries stand in the order of their distance: one nearer to its place than this one would be ends the search.
        if (entry >>> DISTANCE_SHIFT < wanted >>> TAG_BITS || entry === 0) return this.#findByContext(s, others);
        continue;
      }
      const slot = (entry & SLOT_MASK) - 1;
      const w = this.words;
      const a = Math.imul(slot, STRIDE);
      if (w[a + 3] !== lower || w[a + 7] !== higher || w[a + PORTS] !== ports || (w[a + FLAGS] & IPV6) !== 0) continue;
      if (w[a + CONTEXT] === context) {
        this.#front[hash & FRONT_MASK] = (hash & ~SLOT_MASK) | (slot + 1);
        return slot;
      }
      this.elsewhere = slot;
      others++;
    }
  }

  #findV6(s: Segment): number {
    const key = this.#key;
    this.side = tuples.sourceIsHigher(s) ? 1 : 0;
    tuples.readKey(key, this.side, s);
    const hash = tuples.hashOfKey(this.#seed, key, 0);
    this.#hash = hash;
    this.elsewhere = -1;
    let others = 0;
    const index = this.#index;
    let wanted = tuples.tagOf(hash);
    for (let at = ((hash >>> 0) * this.#scale) | 0; ; at++, wanted += 1 << TAG_BITS) {
      const entry = index[at];
      if (entry >>> SLOT_BITS !== wanted || entry === 0) {
        if (entry >>> DISTANCE_SHIFT < wanted >>> TAG_BITS || entry === 0) return this.#findByContext(s, others);
        continue;
      }
      const slot = (entry & SLOT_MASK) - 1;
      const w = this.words;
      const b = this.base(slot);
      let i = 0;
      while (i <= PORTS && w[b + i] === key[i]) i++;
      if (i <= PORTS || (w[b + FLAGS] & IPV6) === 0) continue;
      if (w[b + CONTEXT] === s.context) return slot;
      this.elsewhere = slot;
      others++;
    }
  }

  /** The tuple is not found by itself alone, but so many `others` of it were. */
  #findByContext(s: Segment, others: number): number {
    this.#byContext = others >= MOST_BY_TUPLE;
    this.#place = this.#byContext ? tuples.withContext(this.#hash, s.context) : this.#hash;
    if (this.#state[STANDING_BY_CONTEXT >> 2] === 0) return -1;
    const hash = tuples.withContext(this.#hash, s.context);
    let distance = 0;
    for (let at = this.#placeOf(hash); ; at++, distance++) {
      const entry = this.#index[at];
      if (entry === 0 || entry >>> DISTANCE_SHIFT < distance) return -1;
      const slot = (entry & SLOT_MASK) - 1;
      if (tuples.standsByContext(this.words, this.base(slot)) && tuples.isOf(this.words, this.base(slot), this.side, s))
        return slot;
    }
  }

  /** Loads the record, and its place in the index, into the cache; the answer means nothing. */
  touch(slot: number): number {
    const w = this.words;
    const b = Math.imul(slot, STRIDE);
    return w[b] ^ w[b + SIDE] ^ w[b + NEXT] ^ this.#index[this.#placeOf(this.hashOf(slot))];
  }

  /** True while another record fits under the memory cap. */
  get hasRoom(): boolean {
    return this.#state[FREE_SLOT >> 2] !== 0 || this.#high < this.maxSlots;
  }

  /** A zeroed record with the key of the segment that was looked up last; not yet in the index. Needs `hasRoom`. */
  allocate(s: Segment): number {
    const state = this.#state;
    if (state[FREE_SLOT >> 2] === 0) this.#open();
    const slot = state[FREE_SLOT >> 2] - 1;
    state[LIVE >> 2]++;
    const w = this.words;
    const b = this.base(slot);
    state[FREE_SLOT >> 2] = w[b + NEXT];
    const t = this.times;
    for (let i = (b + FLAGS) >> 1; i < (b + STRIDE) >> 1; i++) t[i] = 0;
    const lower = this.side === 0 ? b + ADDRESS : b + ADDRESS + 4;
    const higher = this.side === 0 ? b + ADDRESS + 4 : b + ADDRESS;
    w[lower] = s.src0;
    w[lower + 1] = s.src1;
    w[lower + 2] = s.src2;
    w[lower + 3] = s.src3;
    w[higher] = s.dst0;
    w[higher + 1] = s.dst1;
    w[higher + 2] = s.dst2;
    w[higher + 3] = s.dst3;
    if (s.family === 6) w[b + FLAGS] = IPV6;
    w[b + PORTS] = this.side === 0 ? (s.srcPort << 16) | s.dstPort : (s.dstPort << 16) | s.srcPort;
    w[b + CONTEXT] = s.context;
    return slot;
  }

  /** The next records are free, in their order. */
  #open(): void {
    const first = this.#high;
    this.#high = Math.min(first + OPENED, this.maxSlots);
    for (let slot = this.#high - 1; slot >= first; slot--) this.#setFree(slot);
  }

  #setFree(slot: number): void {
    const b = this.base(slot);
    this.words[b + FLAGS] = FREE;
    this.words[b + NEXT] = this.#state[FREE_SLOT >> 2];
    this.#state[FREE_SLOT >> 2] = slot + 1;
  }

  /** Makes `slot` the record of the tuple that was looked up last. */
  insert(slot: number): void {
    const state = this.#state;
    if (this.#byContext) {
      this.words[this.base(slot) + HISTORY] |= BY_CONTEXT;
      state[STANDING_BY_CONTEXT >> 2]++;
    }
    if (++state[INDEXED >> 2] > state[MOST_INDEXED >> 2] || !this.#put(this.#place, slot)) this.grow();
    this.#front[this.#hash & FRONT_MASK] = (this.#hash & ~SLOT_MASK) | (slot + 1);
  }

  /** Makes `slot` the tuple's record in the place of `old`, which has the same key. */
  replace(old: number, slot: number): void {
    const hash = this.hashOf(old);
    const at = this.#position(old, hash);
    this.#index[at] = (this.#index[at] & ~SLOT_MASK) | (slot + 1);
    this.words[this.base(slot) + HISTORY] |= this.words[this.base(old) + HISTORY] & BY_CONTEXT;
    this.#front[hash & FRONT_MASK] = (hash & ~SLOT_MASK) | (slot + 1);
  }

  /** Takes the record out of the index; it stays allocated. */
  remove(slot: number): void {
    const index = this.#index;
    const hash = this.hashOf(slot);
    if ((this.#front[hash & FRONT_MASK] & SLOT_MASK) === slot + 1) this.#front[hash & FRONT_MASK] = 0;
    let hole = this.#position(slot, hash);
    // Entries behind the hole move up by one until one stands in its own place.
    for (;;) {
      const next = hole + 1;
      const entry = index[next];
      if (entry >>> DISTANCE_SHIFT === 0) break;
      index[hole] = entry - (1 << DISTANCE_SHIFT);
      hole = next;
    }
    index[hole] = 0;
    this.#state[INDEXED >> 2]--;
    if (tuples.standsByContext(this.words, this.base(slot))) this.#state[STANDING_BY_CONTEXT >> 2]--;
  }

  /** Gives the record back. It must not be in the index. */
  release(slot: number): void {
    this.#setFree(slot);
    this.#state[LIVE >> 2]--;
  }

  /** `hash`: of its tuple. */
  #position(slot: number, hash: number): number {
    let at = this.#placeOf(this.#indexed(slot, hash));
    while ((this.#index[at] & SLOT_MASK) !== slot + 1) at++;
    return at;
  }

  /**
   * An entry that stands nearer to its own place makes way for one that stands farther from its. Answers false when one would stand
   * too far: then the index has to grow, from the records.
   */
  #put(hash: number, slot: number): boolean {
    const index = this.#index;
    let entry = (tuples.tagOf(hash) << SLOT_BITS) | (slot + 1);
    for (let at = this.#placeOf(hash); ; at++) {
      const there = index[at];
      if (there === 0) {
        index[at] = entry;
        return true;
      }
      if (there >>> DISTANCE_SHIFT < entry >>> DISTANCE_SHIFT) {
        index[at] = entry;
        entry = there;
      }
      if (entry >>> DISTANCE_SHIFT === MAX_DISTANCE) return false;
      entry = (entry + (1 << DISTANCE_SHIFT)) | 0;
    }
  }

  /** A larger index, filled anew from the records, that of the slot that is put in among them. */
  grow(): void {
    do {
      this.#setPlaces(Math.ceil(this.#places * (this.#places < FEW_PLACES ? 2 : GROWTH)));
      if (indexLength(this.#places) > this.#index.length) throw new Error("too many tuples have one hash");
      this.#index.fill(0, 0, indexLength(this.#places));
    } while (!this.#fill());
  }

  #setPlaces(places: number): void {
    this.#places = places;
    this.#scale = places / 2 ** 32;
    this.#state[PLACES >> 2] = places;
    this.#state[MOST_INDEXED >> 2] = Math.floor(places * MAX_LOAD);
  }

  #fill(): boolean {
    for (let slot = 0; slot < this.#high; slot++) {
      const w = this.words;
      const f = w[this.base(slot) + FLAGS];
      const marks = w[this.base(slot) + MARKS];
      if ((f & STATE) === FREE || (f & DETACHED) !== 0 || (marks & SHADOW) !== 0) continue;
      if (!this.#put(this.#indexed(slot, this.hashOf(slot)), slot)) return false;
    }
    return true;
  }

  /** What the record stands by in the index; `hash`: of its tuple. */
  #indexed(slot: number, hash: number): number {
    const b = this.base(slot);
    return tuples.standsByContext(this.words, b) ? tuples.withContext(hash, this.words[b + CONTEXT]) : hash;
  }

  #placeOf(hash: number): number {
    return ((hash >>> 0) * this.#scale) | 0;
  }
}

function indexLength(places: number): number {
  return Math.ceil(places) + MAX_DISTANCE + 2;
}
