import { allOf, filterCondition, rangeCondition } from "./conditions.ts";
import { dimensionOf, type DimensionName } from "./dimensions.ts";
import { COUNT_NAMES, DENOMINATORS, type CountName } from "./formulas.ts";
import type { GroupKey, SeriesQuery } from "./query.ts";
import { chooseSource } from "./source.ts";
import type { Statement, StatementValue } from "./statement.ts";

const NUMERATORS: readonly CountName[] = COUNT_NAMES.filter((name) => !DENOMINATORS.includes(name));

/** How many ends of each series fell into each step: rows `time` (unix seconds), `series` (1-based; 0 is "other"), counts. */
export function seriesNumerators(query: SeriesQuery): Statement {
  return bucketed(query, query.groupBy, query.groups, NUMERATORS, ["end"]);
}

/**
 * The denominators: the same by place alone. `series` is 1-based over `places(query)`; 0 is every other place.
 */
export function seriesDenominators(query: SeriesQuery): Statement {
  return bucketed(query, placesOf(query), places(query).list, DENOMINATORS, []);
}

export function placesOf(query: SeriesQuery): DimensionName[] {
  return query.groupBy.filter((name) => dimensionOf(name).role === "place");
}

/** The distinct places of the series, and which of them each series belongs to (index into `list`). */
export function places(query: SeriesQuery): {
  readonly list: readonly GroupKey[];
  readonly placeOf: readonly number[];
} {
  const kept = query.groupBy.map((name) => dimensionOf(name).role === "place");
  const list: GroupKey[] = [];
  const known = new Map<string, number>();
  const placeOf = query.groups.map((group) => {
    const place = group.filter((_, index) => kept[index]);
    const id = JSON.stringify(place);
    const at = known.get(id) ?? list.push(place) - 1;
    known.set(id, at);
    return at;
  });
  return { list, placeOf };
}

function bucketed(
  query: SeriesQuery,
  groupBy: readonly DimensionName[],
  groups: readonly GroupKey[],
  counts: readonly CountName[],
  filterRoles: readonly "end"[],
): Statement {
  const source = chooseSource(query.range);
  const params: Record<string, StatementValue> = { step: query.stepSeconds };
  const where = allOf(
    rangeCondition(source.timeColumn, query.range, params),
    filterCondition(query.filters, ["place", ...filterRoles], params),
  );
  const columns = counts.map((name) => `${source.count(name, "")} AS ${name}`);
  const sql = `SELECT
  intDiv(toUnixTimestamp(${source.timeColumn}), {step:UInt32}) * {step:UInt32} AS time,
  ${seriesIndex(groupBy, groups, params)} AS series,
  ${columns.join(",\n  ")}
FROM ${source.table}
WHERE ${where}
GROUP BY time, series
ORDER BY time, series`;
  return { sql, params };
}

/** 1-based position of the row's group among `groups`, 0 when it is none of them. */
function seriesIndex(
  groupBy: readonly DimensionName[],
  groups: readonly GroupKey[],
  params: Record<string, StatementValue>,
): string {
  if (groupBy.length === 0) return "1";
  if (groups.length === 0) return "0";
  const lists = groupBy.map((name, column) => {
    params[`series_${name}`] = groups.map((group) => group[column]);
    return `{series_${name}:Array(${dimensionOf(name).sqlType})}`;
  });
  // Searching a list of hashes, worked out once, costs half of comparing every column with every group.
  const names = groupBy.map((_, column) => `x${column}`).join(", ");
  const hashes = `arrayMap((${names}) -> cityHash64(${names}), ${lists.join(", ")})`;
  return `indexOf(${hashes}, cityHash64(${groupBy.map((name) => dimensionOf(name).column).join(", ")}))`;
}
