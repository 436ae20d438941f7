import { allOf, filterCondition, rangeCondition } from "./conditions.ts";
import { dimensionOf, readableSql, type DimensionName } from "./dimensions.ts";
import { COUNT_NAMES, DENOMINATORS, RATE_NAMES, rateSql, type CountName, type RateName } from "./formulas.ts";
import type { Order, RateQuery } from "./query.ts";
import { chooseSource } from "./source.ts";
import type { Statement, StatementValue } from "./statement.ts";

/** Names inside the statement: `key_host` a group's stored value, `n_resets` its count, `all_resets` the count of all groups. */
export const keyColumn = (name: DimensionName | "time"): string => `key_${name}`;
const countColumn = (name: CountName): string => `n_${name}`;
export const totalColumn = (name: CountName): string => `all_${name}`;

/**
 * SQL of a rate query. Each row: the grouped columns (readable), `key_…` (as stored), the counts, `matched` (rows behind
 * it; 0 where no end fits the filters: such rows come last and are no answer), `all_…` (the totals) and `all_groups`.
 *
 * Inside, one pass over the table counts by group; a window then sums denominators over each place, so that causes,
 * kinds and other ends are shares of the place's teardowns.
 */
export function rateStatement(query: RateQuery): Statement {
  const source = chooseSource(query.range);
  const params: Record<string, StatementValue> = { row_limit: query.limit };
  const where = allOf(
    rangeCondition(source.timeColumn, query.range, params),
    filterCondition(query.filters, ["place"], params),
  );
  const endFilter = filterCondition(query.filters, ["end"], params);

  const keys: string[] = [];
  const shown: string[] = [];
  if (query.stepSeconds !== undefined) {
    params["step"] = query.stepSeconds;
    keys.push(`intDiv(toUnixTimestamp(${source.timeColumn}), {step:UInt32}) * {step:UInt32} AS ${keyColumn("time")}`);
  }
  for (const name of query.groupBy) keys.push(`${dimensionOf(name).column} AS ${keyColumn(name)}`);
  for (const name of query.groupBy) {
    shown.push(`${readableSql(name, keyColumn(name))} AS ${name}`);
  }

  const inner = COUNT_NAMES.map((name) => {
    const also = DENOMINATORS.includes(name) ? "" : endFilter;
    return `${source.count(name, also)} AS ${countColumn(name)}`;
  });
  inner.push(`${endFilter === "" ? "count()" : `countIf(${endFilter})`} AS matched`);

  const placeWindow = placeWindowOf(query);
  const outer = COUNT_NAMES.map((name) => {
    const column = countColumn(name);
    const spread = DENOMINATORS.includes(name) && placeWindow !== null;
    return `${spread ? `sum(${column}) OVER (${placeWindow})` : column} AS ${name}`;
  });
  const totals = COUNT_NAMES.map((name) => `sum(${countColumn(name)}) OVER () AS ${totalColumn(name)}`);

  const groupedBy = keys.map((_, index) => index + 1).join(", ");
  const keyNames = [...(query.stepSeconds === undefined ? [] : [keyColumn("time")]), ...query.groupBy.map(keyColumn)];
  const sql = `SELECT ${[...keyNames, ...shown, ...outer, "matched", ...totals, "countIf(matched > 0) OVER () AS all_groups"].join(",\n  ")}
FROM (
  SELECT ${[...keys, ...inner].join(",\n    ")}
  FROM ${source.table}
  WHERE ${where}${groupedBy === "" ? "" : `\n  GROUP BY ${groupedBy}`}
)
ORDER BY matched = 0, ${orderSql(query.order)}, ${[...tieBreakers, ...keyNames].join(", ")}
LIMIT {row_limit:UInt32}`;
  return { sql, params };
}

/** Over which rows denominators are summed: all of the same place. null when every row is a place of its own. */
function placeWindowOf(query: RateQuery): string | null {
  if (!query.groupBy.some((name) => dimensionOf(name).role === "end")) return null;
  const places = query.groupBy.filter((name) => dimensionOf(name).role === "place").map(keyColumn);
  if (query.stepSeconds !== undefined) places.unshift(keyColumn("time"));
  return places.length === 0 ? "" : `PARTITION BY ${places.join(", ")}`;
}

/** Ties are broken by what matters, then by the group itself, so that equal questions get equal answers. */
const tieBreakers = ["resets DESC", "refused DESC", "teardowns DESC"];

function orderSql({ by, descending }: Order): string {
  const direction = descending ? "DESC" : "ASC";
  if ((RATE_NAMES as readonly string[]).includes(by)) return `${rateSql(by as RateName)} ${direction} NULLS LAST`;
  if ((COUNT_NAMES as readonly string[]).includes(by)) return `${by} ${direction}`;
  return `${keyColumn(by as DimensionName | "time")} ${direction}`;
}
