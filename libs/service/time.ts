const UNIT_US: Readonly<Record<string, number>> = {
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3_600e6,
  d: 86_400e6,
  w: 604_800e6,
};

/** Numbers below are seconds since the epoch, above milliseconds: the year 5138 in the one, 1973 in the other. */
const SECONDS_LIMIT = 1e11;
/** What DateTime64(6) holds: 1900 to 2299. */
const LATEST_US = Date.UTC(2299, 0, 1) * 1000;

const RFC3339 = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+ -]\d{2}:\d{2})?)?$/;
const EXPECTED = "expected RFC 3339 (2026-01-31T12:00:00Z), unix seconds or milliseconds, now, or now-6h";

/** A text that is no time; its message says what would be. */
export class BadTime extends Error {
  override readonly name = "BadTime";
}

/**
 * `2026-01-31T12:00:00.5Z`, `2026-01-31` (midnight UTC), unix seconds, unix milliseconds, `now`, `now-6h` → µs since the epoch.
 * @throws BadTime
 */
export function parseTime(text: string, now: number): number {
  const us = relative(text, now) ?? numeric(text) ?? calendar(text);
  if (us === null || Number.isNaN(us)) throw new BadTime(EXPECTED);
  if (us < 0 || us >= LATEST_US) throw new BadTime("out of range: the years 1970 to 2298 can be asked for");
  return us;
}

function relative(text: string, now: number): number | null {
  // A plus sign in a URL arrives as a space.
  const match = /^now(?:([-+ ])(\d+)(ms|s|m|h|d|w))?$/.exec(text);
  if (!match) return null;
  const [, sign, amount, unit] = match;
  if (sign === undefined) return now;
  return now + (sign === "-" ? -1 : 1) * Number(amount) * UNIT_US[unit];
}

function numeric(text: string): number | null {
  if (!/^\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return Math.round(value < SECONDS_LIMIT ? value * 1e6 : value * 1e3);
}

function calendar(text: string): number | null {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const [, date, clock = "00:00:00", fraction = "", zone = "Z"] = match;
  const ms = Date.parse(`${date}T${clock}${zone.toUpperCase().replace(" ", "+")}`);
  // Date.parse would roll 30 February over into March.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) throw new BadTime("no such day");
  return ms * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

/** `60`, `60s`, `5m`, `1h`, `1d` → whole seconds; NaN for anything else. */
export function secondsOf(text: string): number {
  const match = /^(\d+)(s|m|h|d|w)?$/.exec(text);
  return match ? (Number(match[1]) * UNIT_US[match[2] ?? "s"]) / 1e6 : Number.NaN;
}
