import type { TimeRange } from "@hangup/rates";
import { formatTime } from "@hangup/teardowns";
import { named, ParameterError } from "./parameter-error.ts";
import { parseTime } from "./time.ts";

const HOUR_US = 3_600e6;

export interface RangeParameters {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The range asked for: by default the hour that ends at `to`, and `to` is now. @throws ParameterError */
export function rangeOf({ from, to }: RangeParameters, now: number): TimeRange {
  const toUs = to === undefined ? now : named("to", to, () => parseTime(to, now));
  const fromUs = from === undefined ? toUs - HOUR_US : named("from", from, () => parseTime(from, now));
  if (fromUs < toUs) return { fromUs, toUs };
  throw new ParameterError({
    parameter: "from",
    given: from ?? formatTime(fromUs),
    why: `not before 'to', ${formatTime(toUs)}`,
  });
}

/** The range as resolved, echoed in every reply. Half-open: from ≤ end_time < to. */
export interface RangeReply {
  readonly from: string;
  readonly to: string;
  /** Seconds. */
  readonly step?: number;
}

export function rangeReply(range: TimeRange, step?: number): RangeReply {
  return { from: formatTime(range.fromUs), to: formatTime(range.toUs), ...(step === undefined ? {} : { step }) };
}
