import { MAX_TIME, type RowArrays, type RowColumnName } from "./layout.ts";

/**
 * Times on the wire, relative to each other and therefore short (teardown.proto says to what): end_time to the row
 * before, start_time back from end_time, duration_us to what those two say, judged_time to the row before.
 */
export function differenceColumn(rows: RowArrays, name: RowColumnName, count: number, out: Float64Array): void {
  const { start_time: start, end_time: end, duration_us: duration, judged_time: judged } = rows;
  switch (name) {
    case "start_time":
      for (let i = 0; i < count; i++) out[i] = zigZag(end[i] - start[i]);
      break;
    case "end_time":
      for (let i = 0, before = 0; i < count; i++) {
        out[i] = zigZag(end[i] - before);
        before = end[i];
      }
      break;
    case "duration_us":
      for (let i = 0; i < count; i++) out[i] = zigZag(duration[i] - (end[i] - start[i]));
      break;
    default:
      for (let i = 0, before = end[0]; i < count; i++) {
        out[i] = zigZag(judged[i] - before);
        before = judged[i];
      }
  }
}

/** The inverse, in place, once every column holds its zig-zag differences. False when a value leaves 0 … MAX_TIME. */
export function restoreColumns(rows: RowArrays, count: number): boolean {
  const { start_time: start, end_time: end, duration_us: duration, judged_time: judged } = rows;
  let previousEnd = 0;
  let previousJudged = 0;
  let low = 0;
  let high = 0;
  for (let i = 0; i < count; i++) {
    const ended = previousEnd + unZigZag(end[i]);
    if (i === 0) previousJudged = ended;
    const started = ended - unZigZag(start[i]);
    const lasted = ended - started + unZigZag(duration[i]);
    const decided = previousJudged + unZigZag(judged[i]);
    low = Math.min(low, ended, started, lasted, decided);
    high = Math.max(high, ended, started, lasted, decided);
    end[i] = previousEnd = ended;
    start[i] = started;
    duration[i] = lasted;
    judged[i] = previousJudged = decided;
  }
  return low >= 0 && high <= MAX_TIME;
}

/** 0, -1, 1, -2 … → 0, 1, 2, 3 …; exact up to ± MAX_TIME. */
export function zigZag(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}

/** The low bit of a double is that of its value modulo 2^32, which is what `&` sees. */
export function unZigZag(value: number): number {
  return (value & 1) === 0 ? value / 2 : -(value + 1) / 2;
}
