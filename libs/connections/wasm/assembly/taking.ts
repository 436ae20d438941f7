import * as A from "../../arena-layout";
import * as L from "../../layout";
import { MOST_COPIES } from "../../limits";
import { comeTo } from "./clock";
import { isCopy } from "./recent-packets";
import { recordOf } from "./table";

/** AssemblyScript: the segment at hand is taken, by a connection that it begins. */
export function takeFirst(key: u32): void {
  comeTo();
  store<u32>(A.SEGMENTS_TAKEN, load<u32>(A.SEGMENTS_TAKEN) + 1);
  store<u32>(A.CONNECTIONS, load<u32>(A.CONNECTIONS) + 1);
  isCopy(key);
}

/** It is taken; answers whether it is new, and no copy of one before. */
export function takeNew(key: u32): bool {
  comeTo();
  store<u32>(A.SEGMENTS_TAKEN, load<u32>(A.SEGMENTS_TAKEN) + 1);
  if (!isCopy(key)) return true;
  store<u32>(A.COPIES, load<u32>(A.COPIES) + 1);
  noteCopy(recordOf(key >> 1));
  return false;
}

/** As noteCopy, of a packet whose TTL is known. */
function noteCopy(r: usize): void {
  const word = load<u32>(r, 4 * L.COPIES);
  if (word >>> L.COPIES_SHIFT < <u32>MOST_COPIES) store<u32>(r, word + (1 << L.COPIES_SHIFT), 4 * L.COPIES);
}
