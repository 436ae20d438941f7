import type { Series, SeriesAnswer } from "../api/shapes.ts";

/** What an end means for the reader; the only thing that colour says on this page. */
export type Meaning = "abnormal" | "undecided" | "benign";

/** One cause in the chart, from the bottom up. */
export interface Layer {
  /** A cause's name, or `other`. */
  readonly name: string;
  readonly meaning: Meaning;
  /** Which shade of its meaning, from 0, the strongest. */
  readonly shade: number;
  readonly resets: readonly number[];
  /** Ends of all causes: what the rates are shares of. */
  readonly teardowns: readonly number[];
  /** This layer's share of all ends; null where nothing ended. */
  readonly rates: readonly (number | null)[];
  /** This layer's share and those below it, 0 to 1; null where nothing ended. */
  readonly tops: readonly (number | null)[];
}

type Columns = Pick<Series, "resets" | "abnormal_resets" | "undecided_resets" | "teardowns" | "rst_rate">;

const MEANINGS: readonly Meaning[] = ["abnormal", "undecided", "benign"];

/**
 * Causes as layers to be stacked: abnormal ones at the bottom, so that their height can be read off, then the undecided,
 * benign ones on top; within a meaning those with most resets first. The whole height is the RST rate, since a
 * cause's rate is its share of all ends.
 */
export function layersOf(answer: SeriesAnswer): Layer[] {
  const columns: (Columns & { name: string })[] = answer.series.map((series) => ({
    ...series,
    name: String(series.group.cause),
  }));
  if (answer.other) columns.push({ ...answer.other, name: "other" });
  const used = columns.filter(({ resets }) => sum(resets) > 0);
  const layers: Layer[] = [];
  let below: readonly (number | null)[] = answer.times.map(() => 0);
  for (const meaning of MEANINGS) {
    const alike = used.filter((one) => meaningOf(one) === meaning).toSorted(byResets);
    for (const [shade, { name, resets, teardowns, rst_rate: rates }] of alike.entries()) {
      const tops = rates.map((rate, i) => (rate === null ? null : rate + (below[i] ?? 0)));
      layers.push({ name, meaning, shade, resets, teardowns, rates, tops });
      below = tops;
    }
  }
  return layers;
}

/** What most of a cause's resets are: single rows may differ from their cause. */
function meaningOf({ resets, abnormal_resets: abnormal, undecided_resets: undecided }: Columns): Meaning {
  const all = sum(resets);
  if (sum(abnormal) * 2 >= all) return "abnormal";
  return sum(undecided) * 2 >= all ? "undecided" : "benign";
}

function byResets(
  a: { name: string; resets: readonly number[] },
  b: { name: string; resets: readonly number[] },
): number {
  return Number(a.name === "other") - Number(b.name === "other") || sum(b.resets) - sum(a.resets);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
