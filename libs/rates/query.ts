import type { CountName, RateName } from "./formulas.ts";
import type { DimensionName } from "./dimensions.ts";
import type { StatementValue } from "./statement.ts";

/** Which values of a dimension to keep: addresses as IPv6 text (IPv4 as ::ffff:a.b.c.d), ports as numbers. */
export type Filters = Partial<Record<DimensionName, readonly (string | number)[]>>;

/** Half-open: from ≤ end_time < to, in µs since the epoch. */
export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

export type OrderName = CountName | RateName | DimensionName | "time";

export interface Order {
  readonly by: OrderName;
  readonly descending: boolean;
}

/** "RST rates of this range, for each of these groups": what REST, gRPC and the command line all ask. */
export interface RateQuery {
  readonly range: TimeRange;
  readonly groupBy: readonly DimensionName[];
  readonly filters: Filters;
  /** Also split by time, into steps that begin at multiples of this since the epoch. Seconds. */
  readonly stepSeconds?: number;
  readonly order: Order;
  /** Rows; the rest is told as one "other" row. */
  readonly limit: number;
}

/** The values of one group, aligned with `groupBy`; as stored (addresses as IPv6 text). */
export type GroupKey = readonly StatementValue[];

export interface SeriesQuery {
  readonly range: TimeRange;
  readonly groupBy: readonly DimensionName[];
  readonly filters: Filters;
  readonly stepSeconds: number;
  /** The groups that get a series of their own; everything else is folded into one "other" series. */
  readonly groups: readonly GroupKey[];
}
