import { LAST_TIME } from "./layout.ts";
import { REACHES_BACK_US } from "./limits.ts";

/** END_TIME of a record that ends at `timeUs`: no earlier than a record can tell, where the clock of the capture has stepped back that far. */
export function endTime(t: Float64Array, b: number, timeUs: number): number {
  return Math.max(timeUs, t[(b + LAST_TIME) >> 1] - REACHES_BACK_US);
}
