/*
 * AssemblyScript: connections by tuple, as ConnectionTable: those over IPv4 outside of VLANs and tunnels.
 */
import * as A from "../../arena-layout";
import { DISTANCE_SHIFT, MAX_DISTANCE, SLOT_BITS, SLOT_MASK, TAG_BITS, TAG_MASK } from "../../index-layout";
import * as L from "../../layout";
import { destination, ports, source } from "./segment";

/** Address of the index. */
let index: usize = 0;
/** Side of the segment that was looked up last: 0 when its source is the lower endpoint. */
export let side: u32 = 0;
/** When `find` answered -1: a record has the same tuple in a VLAN or tunnel. */
export let elsewhere: bool = false;
/** The tuple that was looked up last, as records hold it. */
let lower: u32 = 0;
let higher: u32 = 0;
let ordered: u32 = 0;
let hash: u32 = 0;

export function setIndex(address: usize): void {
  index = address;
}

/** Slot of the segment's tuple or -1; sets `side`. */
export function find(): i32 {
  const swapped = source === destination ? ports >>> 16 > (ports & 0xffff) : source > destination;
  side = <u32>swapped;
  lower = swapped ? destination : source;
  higher = swapped ? source : destination;
  ordered = swapped ? rotl<u32>(ports, 16) : ports;
  const h = hashOfTuple(lower, higher, ordered);
  hash = h;
  const front = A.FRONT + ((h & (A.FRONT_ENTRIES - 1)) << 2);
  const entry = load<u32>(front);
  if (entry !== 0 && entry >>> SLOT_BITS === h >>> SLOT_BITS) {
    const slot = (entry & SLOT_MASK) - 1;
    if (isOf(slot)) {
      if (load<u32>(recordOf(slot), 4 * L.CONTEXT) === 0) return slot;
    }
  }
  elsewhere = false;
  let wanted = h & TAG_MASK;
  let at = placeOf(h);
  while (true) {
    const found = load<u32>(at);
    if (found === 0 || found >>> DISTANCE_SHIFT < wanted >>> TAG_BITS) return -1;
    if (found >>> SLOT_BITS === wanted) {
      const slot = (found & SLOT_MASK) - 1;
      if (isOf(slot)) {
        if (load<u32>(recordOf(slot), 4 * L.CONTEXT) === 0) {
          store<u32>(front, (h & ~SLOT_MASK) | (slot + 1));
          return slot;
        }
        elsewhere = true;
      }
    }
    wanted += 1 << TAG_BITS;
    at += 4;
  }
}

function hashOfTuple(lower: u32, higher: u32, ordered: u32): u32 {
  let h = mix(mix(mix(load<u32>(A.SEED), lower), higher), ordered);
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  return h ^ (h >>> 13);
}

/** Of the tuple of the record `r`, which is over IPv4. */
export function hashOf(r: usize): u32 {
  return hashOfTuple(load<u32>(r, 12), load<u32>(r, 28), load<u32>(r, 4 * L.PORTS));
}

export function mix(h: u32, word: u32): u32 {
  const mixed = (h ^ word) * 0x9e3779b1;
  return mixed ^ (mixed >>> 15);
}

export function recordOf(slot: u32): usize {
  return A.RECORDS + slot * A.RECORD_BYTES;
}

/** There is a record for another connection, and a place in the index; and none can stand there by its context. */
export function hasRoom(): bool {
  if (load<u32>(A.STANDING_BY_CONTEXT) !== 0) return false;
  return load<u32>(A.FREE_SLOT) !== 0 && load<u32>(A.INDEXED) < load<u32>(A.MOST_INDEXED);
}

/** A record of the tuple that was looked up last, zeroed behind its key. Needs `hasRoom`. */
export function insert(): u32 {
  const slot = load<u32>(A.FREE_SLOT) - 1;
  const r = recordOf(slot);
  const next = load<u32>(r, 4 * L.NEXT);
  store<u32>(A.FREE_SLOT, next);
  const n = recordOf(next - 1);
  if (next !== 0) store<u32>(A.FETCHED, load<u32>(n) ^ load<u32>(n, 64) ^ load<u32>(n, 128));
  store<u32>(A.LIVE, load<u32>(A.LIVE) + 1);
  store<u32>(A.INDEXED, load<u32>(A.INDEXED) + 1);
  store<u64>(r, 0);
  store<u32>(r, 0xffff, 8);
  store<u32>(r, lower, 12);
  store<u64>(r, 0, 16);
  store<u32>(r, 0xffff, 24);
  store<u32>(r, higher, 28);
  store<u32>(r, ordered, 4 * L.PORTS);
  store<u32>(r, 0, 4 * L.CONTEXT);
  for (let at: usize = 4 * L.FLAGS; at < <usize>A.RECORD_BYTES; at += 8) store<u64>(r + at, 0);
  if (!put(slot)) store<u32>(A.INDEX_FULL, 1);
  store<u32>(A.FRONT + ((hash & (A.FRONT_ENTRIES - 1)) << 2), (hash & ~SLOT_MASK) | (slot + 1));
  return slot;
}

/** Takes the record, which is over IPv4, out of the index. */
export function remove(slot: u32): void {
  const h = hashOf(recordOf(slot));
  const front = A.FRONT + ((h & (A.FRONT_ENTRIES - 1)) << 2);
  if ((load<u32>(front) & SLOT_MASK) === slot + 1) store<u32>(front, 0);
  let hole = placeOf(h);
  while ((load<u32>(hole) & SLOT_MASK) !== slot + 1) hole += 4;
  // Entries behind the hole move up by one until one stands in its own place.
  for (let entry = load<u32>(hole, 4); entry >>> DISTANCE_SHIFT !== 0; entry = load<u32>(hole, 4)) {
    store<u32>(hole, entry - (1 << DISTANCE_SHIFT));
    hole += 4;
  }
  store<u32>(hole, 0);
  store<u32>(A.INDEXED, load<u32>(A.INDEXED) - 1);
}

/** Gives the record back. */
export function release(slot: u32): void {
  const r = recordOf(slot);
  store<u32>(r, L.FREE, 4 * L.FLAGS);
  store<u32>(r, load<u32>(A.FREE_SLOT), 4 * L.NEXT);
  store<u32>(A.FREE_SLOT, slot + 1);
  store<u32>(A.LIVE, load<u32>(A.LIVE) - 1);
}

/**
 * Loads the record, and where it stands in the index if it is over IPv4: so they are in the cache by then.
 * @returns what means nothing.
 */
export function fetch(slot: u32): u32 {
  const r = recordOf(slot);
  return load<u32>(r) ^ load<u32>(r, 4 * L.SIDE) ^ load<u32>(r, 4 * L.NEXT) ^ load<u32>(placeOf(hashOf(r)));
}

function isOf(slot: u32): bool {
  const r = recordOf(slot);
  if (load<u32>(r, 12) !== lower) return false;
  if (load<u32>(r, 28) !== higher) return false;
  if (load<u32>(r, 4 * L.PORTS) !== ordered) return false;
  if ((load<u32>(r, 4 * L.FLAGS) & L.IPV6) !== 0) return false;
  return true;
}

/** The product is rounded as that of ConnectionTable is: an entry that one puts in the other has to find. */
function placeOf(h: u32): usize {
  return index + ((<u32>(<f64>h * (<f64>load<u32>(A.PLACES) / 4_294_967_296.0))) << 2);
}

/** Answers false where an entry would stand too far from its place. */
function put(slot: u32): bool {
  let entry = ((hash & TAG_MASK) << SLOT_BITS) | (slot + 1);
  let at = placeOf(hash);
  while (true) {
    const there = load<u32>(at);
    if (there === 0) {
      store<u32>(at, entry);
      return true;
    }
    if (there >>> DISTANCE_SHIFT < entry >>> DISTANCE_SHIFT) {
      store<u32>(at, entry);
      entry = there;
    }
    if (entry >>> DISTANCE_SHIFT === MAX_DISTANCE) return false;
    entry += 1 << DISTANCE_SHIFT;
    at += 4;
  }
}
