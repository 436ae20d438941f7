import { IPID_STEP } from "../../limits";
import * as L from "../../layout";
import { ipId, timestamps, timeUs } from "./segment";
import { wholeOf } from "./whole";

/** AssemblyScript: address of what record `r` has of `side`. */
export function sideOf(r: usize, side: u32): usize {
  return r + 4 * L.SIDE + side * (4 * L.SIDE_WORDS);
}

/**
 * What accountHeader does with each segment whose TTL is known and whose window is open, but for its acknowledgement.
 * @param x what the record `r` has of the segment's side.
 * @param y what it has of the other.
 * @returns bits of the side, to be stored.
 */
export function accountHeader(r: usize, x: usize, y: usize): u32 {
  store<u32>(x, load<u32>(x, 4 * L.PACKETS) + 1, 4 * L.PACKETS);
  const gap = timeUs - load<f64>(r, 4 * L.LAST_TIME);
  if (gap > 0) {
    store<u32>(r, silenceWord(gap), 4 * L.GAP);
    store<f64>(r, timeUs, 4 * L.LAST_TIME);
  } else store<u32>(r, 0, 4 * L.GAP);
  const tries = load<u32>(y, 4 * L.TRIES);
  if ((tries & 255) !== 0) store<u32>(y, tries & ~255, 4 * L.TRIES);

  const bits = (load<u32>(x, 4 * L.BITS) & ~L.WINDOW_ZERO) | timestamps;
  if (ipId === 0) return bits;
  const next = (bits & 0xffff) | L.HAS_IPID | (ipId << 16);
  if ((bits & L.HAS_IPID) === 0) return next;
  return ((ipId - (bits >>> 16)) & 0xffff) > <u32>IPID_STEP ? next | L.IPID_JUMPS : next;
}

/** As silence.ts. */
function silenceWord(us: f64): u32 {
  if (us <= 0x7fff_ffff) return wholeOf(us);
  const ms = us / 1000;
  return 0x8000_0000 | (ms > 0x7fff_ffff ? 0x7fff_ffff : wholeOf(ms));
}

/** `f` where the last segment is of `side`. */
export function lastIs(f: u32, side: u32): u32 {
  return (f & ~L.LAST_IS_1) | (side * L.LAST_IS_1);
}

/** Between the low words of two times, µs, as a record keeps it. */
export function between(from: u32, to: u32): u32 {
  const us = to - from;
  return us > 0x7fff_ffff ? 0x7fff_ffff : us;
}
