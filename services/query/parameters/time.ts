import { BadTime, parseTime as parseInstant, secondsOf } from "@hangup/service";
import { BadValue } from "./parameter-error.ts";

/** As the command line reads times. @throws BadValue */
export function parseTime(text: string, now: number): number {
  try {
    return parseInstant(text, now);
  } catch (error) {
    if (error instanceof BadTime) throw new BadValue(error.message);
    throw error;
  }
}

/** `60`, `60s`, `5m`, `1h`, `1d` → whole seconds. @throws BadValue */
export function parseStep(text: string): number {
  const seconds = secondsOf(text);
  if (!(seconds >= 1 && seconds <= 366 * 86_400)) throw new BadValue("expected whole seconds or 60s, 5m, 1h, 1d");
  return seconds;
}

/** Steps that divide minutes, hours and days, so that they begin at round times. Seconds. */
const ROUND_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** The smallest round step with which a range of this length has at most `maxPoints` points. */
export function stepFor(lengthUs: number, maxPoints: number): number {
  // A range that does not begin at a multiple of the step touches one step more.
  const fits = (step: number): boolean => Math.ceil(lengthUs / 1e6 / step) + 1 <= Math.max(maxPoints, 2);
  const round = ROUND_STEPS.find(fits);
  if (round !== undefined) return round;
  let days = 2;
  while (!fits(days * 86_400)) days++;
  return days * 86_400;
}
