import { dimensionOf } from "./dimensions.ts";
import { ratesOf, noCounts, type Counts, type Rates } from "./figures.ts";
import { COUNT_NAMES, DENOMINATORS, RATE_NAMES, type CountName, type RateName } from "./formulas.ts";
import type { SeriesQuery } from "./query.ts";
import type { GroupValues, RateStatementRow } from "./reply.ts";
import { places } from "./series-statement.ts";

/** Counts and rates in columns, one value a step. */
export type SeriesFigures = Record<CountName, number[]> & Record<RateName, (number | null)[]>;
export type Series = { readonly group: GroupValues } & SeriesFigures;

export interface SeriesReply {
  /** Start of each step, unix seconds. The first may begin before the range, and the last end after it. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** All groups without a series of their own; null when there is none. */
  readonly other: SeriesFigures | null;
}

/** Starts of the steps that the range touches. */
export function stepTimes(query: SeriesQuery): number[] {
  const { range, stepSeconds } = query;
  const times: number[] = [];
  const first = Math.floor(range.fromUs / 1e6 / stepSeconds) * stepSeconds;
  for (let time = first; time * 1e6 < range.toUs; time += stepSeconds) times.push(time);
  return times;
}

/**
 * Rows of the two series statements → columns.
 * @param groups the readable values of each series, aligned with `query.groups`
 */
export function seriesReply(
  query: SeriesQuery,
  groups: readonly GroupValues[],
  numerators: readonly RateStatementRow[],
  denominators: readonly RateStatementRow[],
): SeriesReply {
  const times = stepTimes(query);
  const stepOf = new Map(times.map((time, index) => [time, index]));
  const table = (series: number): Counts[][] => Array.from({ length: series }, () => times.map(noCounts));
  const ends = table(query.groups.length + 1);
  const { list, placeOf } = places(query);
  const wholes = table(list.length + 1);
  const fill = (target: Counts[][], rows: readonly RateStatementRow[], names: readonly CountName[]): void => {
    for (const row of rows) {
      const step = stepOf.get(Number(row["time"]));
      const counts = step === undefined ? undefined : target[Number(row["series"])]?.[step];
      if (counts) for (const name of names) counts[name] = Number(row[name]);
    }
  };
  fill(
    ends,
    numerators,
    COUNT_NAMES.filter((name) => !DENOMINATORS.includes(name)),
  );
  fill(wholes, denominators, DENOMINATORS);

  const whole = times.map((_, step) => sumAt(wholes, step));
  const sharesOfPlaces = query.groupBy.some((name) => dimensionOf(name).role === "end");
  const series = groups.map((group, index) => ({ group, ...columnsOf(ends[index + 1], wholes[placeOf[index] + 1]) }));
  const anyOther =
    numerators.some((row) => Number(row["series"]) === 0) ||
    (!sharesOfPlaces && denominators.some((row) => Number(row["series"]) === 0));
  return { times, series, other: anyOther ? columnsOf(ends[0], sharesOfPlaces ? whole : wholes[0]) : null };
}

function sumAt(table: readonly Counts[][], step: number): Counts {
  const sum = noCounts();
  for (const series of table) for (const name of DENOMINATORS) sum[name] += series[step][name];
  return sum;
}

function columnsOf(ends: readonly Counts[], wholes: readonly Counts[]): SeriesFigures {
  const figures: Partial<Record<CountName, number[]> & Record<RateName, (number | null)[]>> = {};
  const merged = ends.map((counts, step) => {
    const both = { ...counts };
    for (const name of DENOMINATORS) both[name] = wholes[step][name];
    return both;
  });
  const rates: Rates[] = merged.map(ratesOf);
  for (const name of COUNT_NAMES) figures[name] = merged.map((counts) => counts[name]);
  for (const name of RATE_NAMES) figures[name] = rates.map((rate) => rate[name]);
  return figures as SeriesFigures;
}
