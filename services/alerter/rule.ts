import type { Tally } from "./alert.ts";

/** When an alert opens and closes. An interval is `intervalMs` long and starts at a multiple of it on the Unix clock. */
export interface Rule {
  readonly intervalMs: number;
  /** It closes after so many intervals in which the rule did not hold. */
  readonly quietIntervals: number;
}

/** The hour before, with the default interval. */
export const BASELINE_INTERVALS = 60;

/** It opens when the rule held in `OPEN_INTERVALS` of the last `RECENT_INTERVALS`. */
export const RECENT_INTERVALS = 3;
export const OPEN_INTERVALS = 2;

/** Fewer resets, or fewer connections, prove nothing. */
export const MIN_RESETS = 5;
export const MIN_TEARDOWNS = 20;

/** An alert that has fired for a day of minutes is compared with the hour before again: a rate that stays is the norm. */
export const NORM_INTERVALS = 1_440;

/**
 * Does the rule hold: x ≥ 5 of n ≥ 20, at least twice the baseline's rate and a point above it. In whole numbers, so that
 * a rate that is exactly one point higher counts.
 *
 * A baseline in which nothing ended counts as rate 0: a service that starts by resetting its clients is worth a word.
 * It does not make every steady rate an alert when Hangup itself has just started, since two intervals must agree, and
 * the second one's baseline already holds the first.
 */
export function holds(current: Tally, baseline: Tally): boolean {
  const { resets: x, teardowns: n } = current;
  if (x < MIN_RESETS || n < MIN_TEARDOWNS) return false;
  const x0 = baseline.teardowns === 0 ? 0 : baseline.resets;
  const n0 = baseline.teardowns === 0 ? 1 : baseline.teardowns;
  const twice = x * n0 >= 2 * x0 * n;
  const pointHigher = 100 * (x * n0 - x0 * n) >= n * n0;
  return twice && pointHigher;
}
