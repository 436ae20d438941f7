/** A narrow space that does not break, between a number and its unit. */
const THIN = "\u202f";
const NONE = "–";

/** `12.4 %`; `<0.1 %` where it would read as none; a dash where there is no denominator. */
export function percent(fraction: number | null): string {
  if (fraction === null) return NONE;
  if (fraction > 0 && fraction < 0.000_5) return `<0.1${THIN}%`;
  return `${(fraction * 100).toFixed(1)}${THIN}%`;
}

/** `18,204` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `3 s`, `4 min`, `2 h 10 min`, `3 d 4 h` */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds}${THIN}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${THIN}min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return both(hours, "h", minutes % 60, "min");
  return both(Math.floor(hours / 24), "d", hours % 24, "h");
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${THIN}${largeUnit}` : `${large}${THIN}${largeUnit} ${small}${THIN}${smallUnit}`;
}

/** `14:02:11`, in the browser's time zone. */
export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB");
}
