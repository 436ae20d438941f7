import { COUNT_NAMES, FORMULAS, RATES, type CountName, type EndedRow, type RateName } from "./formulas.ts";

export type Counts = Record<CountName, number>;
export type Rates = Record<RateName, number | null>;
/** Counts and the rates that follow from them: every rate travels with its numerator and denominator. */
export type Figures = Counts & Rates;

export function noCounts(): Counts {
  return Object.fromEntries(COUNT_NAMES.map((name) => [name, 0])) as Counts;
}

/** Adds one row to the counts that it belongs to. */
export function countRow(counts: Counts, row: EndedRow): void {
  for (const formula of FORMULAS) if (formula.holds(row)) counts[formula.name]++;
}

/** The rates that follow from counts: null where the denominator is 0. */
export function ratesOf(counts: Counts): Rates {
  const rates: Partial<Rates> = {};
  for (const { name, numerator, denominator } of RATES) {
    const below = counts[denominator];
    const above = numerator.reduce((sum, count) => sum + counts[count], 0);
    rates[name] = below === 0 ? null : above / below;
  }
  return rates as Rates;
}

/** Counts and rates side by side, in the order in which they are told. */
export function figuresOf(counts: Counts): Figures {
  return { ...counts, ...ratesOf(counts) };
}
