import type { RateQuery } from "@hangup/rates";
import { filtersOf, groupByOf } from "./filters.ts";
import { named, ParameterError } from "./parameter-error.ts";
import { rangeOf } from "./range.ts";
import type { SeriesParameters } from "./schemas.ts";
import { parseStep, stepFor } from "./time.ts";

const DEFAULT_POINTS = 120;
const DEFAULT_SERIES = 10;
const MOST_POINTS = 11_000;

export interface TimeSeriesQuery {
  /** Which groups get a series: those with most resets over the whole range. */
  readonly top: RateQuery;
  readonly stepSeconds: number;
}

/** The query that these parameters ask for. @param now µs since the epoch. @throws ParameterError */
export function timeSeriesQuery(parameters: SeriesParameters, now: number): TimeSeriesQuery {
  const range = rangeOf(parameters, now);
  const { step, max_points: maxPoints } = parameters;
  if (step !== undefined && maxPoints !== undefined) {
    throw new ParameterError({
      parameter: "max_points",
      given: String(maxPoints),
      why: "give either 'step' or 'max_points'",
    });
  }
  const lengthUs = range.toUs - range.fromUs;
  const stepSeconds =
    step === undefined ? stepFor(lengthUs, maxPoints ?? DEFAULT_POINTS) : named("step", step, () => parseStep(step));
  if (lengthUs / 1e6 / stepSeconds > MOST_POINTS) {
    throw new ParameterError({
      parameter: "step",
      given: step ?? String(stepSeconds),
      why: `the range would have more than ${MOST_POINTS} points; at least ${stepFor(lengthUs, MOST_POINTS)} seconds are needed`,
    });
  }
  return {
    top: {
      range,
      groupBy: groupByOf(parameters.group_by),
      filters: filtersOf(parameters),
      order: { by: "resets", descending: true },
      limit: parameters.limit ?? DEFAULT_SERIES,
    },
    stepSeconds,
  };
}
