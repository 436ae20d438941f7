import * as A from "../../arena-layout";
import * as L from "../../layout";
import { TICK_US } from "../../limits";
import { timeUs } from "./segment";
import { recordOf } from "./table";
import { wholeOf } from "./whole";

/** AssemblyScript: a new connection is to be looked at in time, as Lifetimes.begin and TimerWheel.add. */
export function begin(slot: u32): void {
  const tick = load<f64>(A.HALF_OPEN);
  const due = floor<f64>((timeUs + load<f64>(A.FIRST_LOOK)) / TICK_US) + 1;
  const within = min<f64>(max<f64>(due, tick), tick + (A.BUCKET_COUNT - 1));
  const bucket = A.BUCKETS + (wholeOf(within) & (A.BUCKET_COUNT - 1)) * (4 * A.BUCKET_WORDS);
  const standing = load<u32>(bucket);
  store<u32>(bucket, standing + 1);
  const list = bucket + 4 + ((standing & (A.LISTS - 1)) << 2);
  store<u32>(recordOf(slot), load<u32>(list), 4 * L.NEXT);
  store<u32>(list, slot + 1);
  store<f64>(A.HALF_OPEN, load<f64>(A.HALF_OPEN, 8) + 1, 8);
}
