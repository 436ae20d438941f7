/*
 * AssemblyScript: connections of a file that are due. Those that ended as others did before are written down to be told (AlikeEnds), and
 * forgotten; all others are left to Lifetimes.
 */
import * as A from "../../arena-layout";
import * as L from "../../layout";
import { JUDGE_US, LONGEST_LINGER_US } from "../../limits";
import { likenessOfClosed, likenessOfOpen } from "./likeness";
import { hashOf, recordOf, release, remove } from "./table";
import { add, hasTakenTick, take } from "./timer-wheel";
import { wholeOf } from "./whole";

/** The record that was left to Lifetimes last is the first of its likeness: those behind it may be told as it was. */
let isFirst: bool = false;

/**
 * Takes records out of the wheel that are due at `nowUs`, and writes down the slots of those that have more to say, as long as there is room
 * for these and for what is told, and up to the first of a likeness. Answers how many.
 */
export function due(wheel: u32, nowUs: f64): u32 {
  let written: u32 = 0;
  while (written < <u32>A.MOST_DUE && load<u32>(A.ENDS_WRITTEN) < <u32>A.MOST_ENDS) {
    // Those of this tick first: what becomes due by what is said of them is taken with it.
    if (written > 0 && hasTakenTick(wheel)) break;
    const slot = take(wheel, nowUs);
    if (slot < 0) break;
    if (isSettled(slot, nowUs)) continue;
    store<u32>(A.DUE + (written << 2), slot);
    written++;
    if (isFirst) break;
  }
  isFirst = false;
  return written;
}

/** At the end, at `nowUs`: the first slot from `slot` to `high` whose record has more to say, or where there is no more room for what is told. */
export function left(slot: u32, high: u32, nowUs: f64): u32 {
  for (; slot < high && load<u32>(A.ENDS_WRITTEN) < <u32>A.MOST_ENDS; slot++) {
    const r = recordOf(slot);
    const state = load<u32>(r, 4 * L.FLAGS) & L.STATE;
    if (state === L.FREE) continue;
    const likeness = state === L.ENDED ? likenessOfClosed(r) : state === L.OPEN ? likenessOfOpen(r, nowUs) : 0;
    if (!write(r, likeness)) break;
  }
  return slot;
}

/** As Lifetimes.#check: false where the record is left to that. */
function isSettled(slot: u32, nowUs: f64): bool {
  const r = recordOf(slot);
  const f = load<u32>(r, 4 * L.FLAGS);
  if ((f & (L.STATE | L.DETACHED)) !== L.ENDED) return false;
  const last = load<f64>(r, 4 * L.LAST_TIME);
  const end = last - <f64>(wholeOf(last) - load<u32>(r, 4 * L.END_TIME));
  if (last + JUDGE_US > nowUs && end + LONGEST_LINGER_US > nowUs) {
    add(A.ENDED, slot, max<f64>(last + JUDGE_US, nowUs + 1_000_000));
    return true;
  }
  if (!write(r, likenessOfClosed(r))) return false;
  remove(slot);
  release(slot);
  return true;
}

/** Writes down what is to be told of the record `r`; false where that is more than of others. */
function write(r: usize, likeness: u32): bool {
  if (likeness === 0) return false;
  isFirst = !isKnown(likeness);
  if (isFirst) return false;
  const f = load<u32>(r, 4 * L.FLAGS);
  if ((f & L.IPV6) !== 0 || (load<u32>(r, 4 * L.HISTORY) & L.BY_CONTEXT) !== 0) return false;
  if (load<f64>(r, 4 * L.FIRST_TIME) <= load<f64>(A.LOSS)) return false;
  const written = load<u32>(A.ENDS_WRITTEN);
  const at = A.ENDS + written * (4 * A.END_WORDS);
  const serverIs1 = (f & L.CLIENT_IS_1) === 0;
  const ports = load<u32>(r, 4 * L.PORTS);
  store<u32>(at, likeness);
  store<u32>(at, load<u32>(r + (serverIs1 ? 28 : 12)), 4);
  store<u32>(at, (serverIs1 ? ports & 0xffff : ports >>> 16) | (isAllSaid(r) ? 0 : A.MORE_MAY_FOLLOW), 8);
  store<u32>(at, hashOf(r), 12);
  store<u32>(A.ENDS_WRITTEN, written + 1);
  return true;
}

function isKnown(likeness: u32): bool {
  const known = load<u32>(A.LIKENESSES_KNOWN);
  for (let i: u32 = 0; i < known; i++) if (load<u32>(A.LIKENESSES + (i << 2)) === likeness) return true;
  return false;
}

/** Both sides closed and acknowledged it. */
function isAllSaid(r: usize): bool {
  const acked0 = load<u32>(r, 4 * (L.SIDE + L.ACKED));
  const acked1 = load<u32>(r, 4 * (L.SIDE + L.SIDE_WORDS + L.ACKED));
  return acked0 === load<u32>(r, 4 * (L.FIN_END_OF + 1)) && acked1 === load<u32>(r, 4 * L.FIN_END_OF);
}
