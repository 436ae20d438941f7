import { DIMENSIONS, FORMULAS, RATES } from "@hangup/rates";
import { z } from "zod";

/** Reply schemas: for the OpenAPI document. Their names and words come from the formulas. */
const count = z.int();
const rate = z.number().nullable();

const figures = {
  ...Object.fromEntries(FORMULAS.map(({ name, meaning }) => [name, count.meta({ description: meaning })])),
  ...Object.fromEntries(
    RATES.map(({ name, meaning }) => [name, rate.meta({ description: `${meaning}; null when that is 0` })]),
  ),
};

const group = Object.fromEntries(
  DIMENSIONS.map(({ name, sqlType, meaning }) => [
    name,
    (sqlType === "UInt16" ? z.int() : z.string().nullable()).optional().meta({ description: meaning }),
  ]),
);

export const rangeSchema = z.object({
  from: z.string().meta({ description: "Inclusive, RFC 3339" }),
  to: z.string().meta({ description: "Exclusive, RFC 3339" }),
  step: z.int().optional().meta({ description: "Seconds" }),
});

export const rstRateSchema = z.object({
  range: rangeSchema,
  group_by: z.array(z.string()),
  rows: z.array(z.object({ time: z.string().optional(), ...group, ...figures })).meta({
    description:
      "Grouped by cause, kind, sender, stage or rst_form, a row's teardowns and attempts are those of its host, port, collector and time as a whole: its rates are shares of all that ended there",
  }),
  other: z.object({ groups: count.meta({ description: "Groups that the limit left out" }), ...figures }).nullable(),
  totals: z.object(figures),
});

const columns = {
  ...Object.fromEntries(FORMULAS.map(({ name, meaning }) => [name, z.array(count).meta({ description: meaning })])),
  ...Object.fromEntries(RATES.map(({ name, meaning }) => [name, z.array(rate).meta({ description: meaning })])),
};

export const timeSeriesSchema = z.object({
  range: rangeSchema,
  step_seconds: z.int(),
  times: z.array(z.int()).meta({ description: "Start of each step, unix seconds; multiples of step_seconds" }),
  series: z.array(z.object({ group: z.object(group), ...columns })),
  other: z.object(columns).nullable(),
});
