import type { DimensionName } from "./dimensions.ts";
import { dimensionOf } from "./dimensions.ts";
import { figuresOf, noCounts, type Counts, type Figures } from "./figures.ts";
import { COUNT_NAMES, DENOMINATORS } from "./formulas.ts";
import type { GroupKey, RateQuery } from "./query.ts";
import { keyColumn, totalColumn } from "./rate-statement.ts";
import type { StatementValue } from "./statement.ts";

/** A row as the statement of `rateStatement` gives it. */
export type RateStatementRow = Readonly<Record<string, string | number>>;

/** The readable values of a group: hosts as text, ports as numbers, null for a name that there is none of. */
export type GroupValues = Partial<Record<DimensionName, string | number | null>> & { time?: string };

export type RateRow = GroupValues & Figures;

export interface RateReply {
  readonly rows: readonly RateRow[];
  /** What the limit left out, so that the counts add up; null when nothing was. */
  readonly other: (Figures & { readonly groups: number }) | null;
  readonly totals: Figures;
}

/**
 * Rows of the statement → the answer. `other`'s numerators are the totals less the rows shown. So are its denominators
 * when groups are places; when a group is an end, they are the totals', since every end is a share of its place.
 */
export function rateReply(query: RateQuery, found: readonly RateStatementRow[]): RateReply {
  const shown = found.filter((row) => Number(row["matched"]) > 0);
  const totals = noCounts();
  for (const name of COUNT_NAMES) totals[name] = Number(found[0]?.[totalColumn(name)] ?? 0);
  const hidden = Number(found[0]?.["all_groups"] ?? 0) - shown.length;
  const counted = shown.map(countsOf);
  const rows = shown.map((row, index) => ({ ...groupValues(query, row), ...figuresOf(counted[index]) }));
  return {
    rows,
    other: hidden > 0 ? { groups: hidden, ...figuresOf(othersOf(query, totals, counted)) } : null,
    totals: figuresOf(totals),
  };
}

/** The groups of these rows as stored, to ask for them again. */
export function groupKeys(query: RateQuery, found: readonly RateStatementRow[]): GroupKey[] {
  return found
    .filter((row) => Number(row["matched"]) > 0)
    .map((row) => query.groupBy.map((name): StatementValue => row[keyColumn(name)]));
}

/** The grouped columns of one row, as people read them. */
export function groupValues(query: RateQuery, row: RateStatementRow): GroupValues {
  const values: GroupValues = {};
  if (query.stepSeconds !== undefined) values.time = new Date(Number(row[keyColumn("time")]) * 1000).toISOString();
  for (const name of query.groupBy) values[name] = row[name] === "" ? null : row[name];
  return values;
}

function countsOf(row: RateStatementRow): Counts {
  const counts = noCounts();
  for (const name of COUNT_NAMES) counts[name] = Number(row[name]);
  return counts;
}

function othersOf(query: RateQuery, totals: Counts, shown: readonly Counts[]): Counts {
  const sharesOfPlaces = query.groupBy.some((name) => dimensionOf(name).role === "end");
  const others = { ...totals };
  for (const name of COUNT_NAMES) {
    if (sharesOfPlaces && DENOMINATORS.includes(name)) continue;
    for (const counts of shown) others[name] -= counts[name];
  }
  return others;
}
