import {
  COUNT_NAMES,
  DIMENSION_NAMES,
  DIMENSIONS,
  RATE_NAMES,
  type Dimension,
  type DimensionName,
} from "@hangup/rates";
import { z } from "zod";

/** Parameters that may be repeated or hold a comma list; they reach the schemas as arrays of text. */
export const LIST_PARAMETERS: ReadonlySet<string> = new Set<string>(["group_by", ...DIMENSION_NAMES]);

/** Text, not dates: a date schema has no OpenAPI form. */
const once = z.string({ error: "may be given only once" });
const several = z.array(z.string());

export const wholeNumber = (least: number, most: number, why: string): z.ZodType<number, string | number> =>
  z
    .union([z.string(), z.number()], { error: "may be given only once" })
    .refine((value) => /^\d+$/.test(String(value)) && Number(value) >= least && Number(value) <= most, why)
    .transform(Number);

export const rangeParameters = {
  from: once.optional().meta({
    description:
      "Start, inclusive: RFC 3339, unix seconds or milliseconds, now, or now-6h. Default: an hour before `to`",
    example: "now-1h",
  }),
  to: once.optional().meta({ description: "End, exclusive, like `from`. Default: now", example: "now" }),
};

function filterDescription({ name, meaning, values, role }: Dimension): string {
  const choice = values === null || values.length > 12 ? "" : `: ${values.map((value) => value || "none").join(", ")}`;
  const single = name === "vantage" || name === "collector" ? ". Keep one to count no connection twice" : "";
  const share = role === "end" ? ". Rates stay shares of all teardowns" : "";
  return `${meaning}${choice}. Repeat it or give a comma list to keep several${share}${single}`;
}

export const filterParameters = Object.fromEntries(
  DIMENSIONS.map((dimension) => [
    dimension.name,
    several.optional().meta({ description: filterDescription(dimension) }),
  ]),
) as Record<DimensionName, z.ZodOptional<z.ZodArray<z.ZodString>>>;

const groupBy = several.optional().meta({
  description: `Any of ${DIMENSION_NAMES.join(", ")}; repeat it or give a comma list. Default: none, one row for all`,
  example: ["host", "port", "cause"],
});

export const rateParameters = z.strictObject({
  ...rangeParameters,
  step: once.optional().meta({ description: "Also split by time: 60, 60s, 5m, 1h, 1d", example: "5m" }),
  group_by: groupBy,
  ...filterParameters,
  order_by: once.optional().meta({
    description: `A count (${COUNT_NAMES.join(", ")}), a rate (${RATE_NAMES.join(", ")}) or a grouped dimension; with :asc or :desc. Default: resets:desc, or time:asc with a step`,
    example: "rst_rate:desc",
  }),
  limit: wholeNumber(1, 10_000, "expected 1 to 10000")
    .optional()
    .meta({ description: "Rows; the rest is summed up in `other`. Default 100, at most 10000" }),
});
export type RateParameters = z.output<typeof rateParameters>;

export const seriesParameters = z.strictObject({
  ...rangeParameters,
  step: once
    .optional()
    .meta({ description: "Length of a step: 60, 60s, 5m, 1h, 1d. Default: from `max_points`", example: "1m" }),
  max_points: wholeNumber(2, 11_000, "expected 2 to 11000")
    .optional()
    .meta({ description: "Chooses a round step that gives at most so many points. Default 120" }),
  group_by: groupBy,
  ...filterParameters,
  limit: wholeNumber(1, 50, "expected 1 to 50").optional().meta({
    description: "Series: the groups with most resets; the rest is folded into `other`. Default 10, at most 50",
  }),
});
export type SeriesParameters = z.output<typeof seriesParameters>;

export const teardownParameters = z.strictObject({
  ...rangeParameters,
  ...filterParameters,
  limit: wholeNumber(1, 1_000_000, "expected 1 to 1000000")
    .optional()
    .meta({ description: "Rows: default 100, at most 1000 as JSON and 1000000 as ndjson or csv" }),
  cursor: once.optional().meta({ description: "`next_cursor` of the page before" }),
});
export type TeardownParameters = z.output<typeof teardownParameters>;

export const alertParameters = z.strictObject({
  state: z
    .enum(["firing", "resolved"], { error: "not a state, one of firing, resolved" })
    .optional()
    .meta({ description: "Only alerts in this state. Default: both" }),
  limit: wholeNumber(1, 1000, "expected 1 to 1000")
    .optional()
    .meta({ description: "Alerts, newest first. Default 100" }),
});
export type AlertParameters = z.output<typeof alertParameters>;
