import * as A from "../../arena-layout";
import { timeUs } from "./segment";

/** AssemblyScript: the clock comes to the segment's time, as CaptureClock where no turn is due. */
export function comeTo(): void {
  const last = load<f64>(A.LAST);
  const clock = timeUs < last ? timeUs : last;
  store<f64>(A.LAST, timeUs);
  if (clock > load<f64>(A.NOW)) store<f64>(A.NOW, clock);
  store<u32>(A.ENTERED, load<u32>(A.ENTERED) + 1);
}
