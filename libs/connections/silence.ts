/*
 * How long nothing was sent, in a word: exact to a microsecond up to 35 minutes, beyond them to a millisecond, up to 24 days.
 */

/** Marks milliseconds. */
const MILLISECONDS = 1 << 31;
const MOST = 0x7fffffff;

/** The word for so many µs, from 0 on. */
export function silenceWord(us: number): number {
  if (us <= MOST) return us | 0;
  return MILLISECONDS | Math.min(MOST, Math.floor(us / 1000));
}

/** Its µs. */
export function silenceUs(word: number): number {
  return word >= 0 ? word : (word & MOST) * 1000;
}
