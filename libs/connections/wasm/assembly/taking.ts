import * as A from "../../arena-layout";
import { comeTo } from "./clock";
import { isCopy } from "./recent-packets";

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
  return false;
}
