import { dimensionOf, type Dimension, type DimensionName } from "./dimensions.ts";
import type { Filters, TimeRange } from "./query.ts";
import type { StatementValue } from "./statement.ts";

type Params = Record<string, StatementValue>;

/** `from ≤ column < to`, with its parameters put into `params`. */
export function rangeCondition(column: string, range: TimeRange, params: Params): string {
  params["from_us"] = range.fromUs;
  params["to_us"] = range.toUs;
  return `${column} >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND ${column} < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')`;
}

/** The filters on dimensions of these roles, joined by AND; '' when there is none. Parameters go into `params`. */
export function filterCondition(filters: Filters, roles: readonly Dimension["role"][], params: Params): string {
  const conditions: string[] = [];
  for (const [name, values] of Object.entries(filters)) {
    const { role, column, sqlType } = dimensionOf(name as DimensionName);
    if (!roles.includes(role)) continue;
    params[`only_${name}`] = values;
    conditions.push(`${column} IN {only_${name}:Array(${sqlType})}`);
  }
  return conditions.join(" AND ");
}

export function allOf(...conditions: readonly string[]): string {
  return conditions.filter((condition) => condition !== "").join(" AND ");
}
