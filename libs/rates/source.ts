import type { TimeRange } from "./query.ts";
import { countSql, type CountName } from "./formulas.ts";

/** A table that rates can be read from. */
export interface RateSource {
  readonly table: string;
  /** The column that the range is over. */
  readonly timeColumn: string;
  /** A count over the rows that also meet `also`, a condition of ours. */
  count(name: CountName, also: string): string;
}

const raw: RateSource = { table: "hangup.teardowns", timeColumn: "end_time", count: countSql };

/** The one place that chooses what a rate query reads. There is only the raw table as yet; a rollup is chosen here. */
export function chooseSource(_range: TimeRange): RateSource {
  return raw;
}
