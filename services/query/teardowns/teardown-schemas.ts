import { COLUMNS, STORAGE_COLUMNS, type Column, type ColumnShape } from "@hangup/teardowns";
import { z } from "zod";
import { rangeSchema } from "../rates/rate-schemas.ts";

const SHAPES: Readonly<Record<ColumnShape, z.ZodType>> = {
  time: z.string(),
  uint: z.int(),
  optional_uint: z.int().nullable(),
  bool: z.boolean(),
  optional_bool: z.boolean().nullable(),
  name: z.string(),
  optional_name: z.string().nullable(),
  names: z.array(z.string()),
  address: z.string(),
  alias: z.string().nullable(),
};

const columns: readonly Column[] = [...COLUMNS, ...STORAGE_COLUMNS];

export const teardownSchema = z.object(
  Object.fromEntries(columns.map(({ name, shape, comment }) => [name, SHAPES[shape].meta({ description: comment })])),
);

export const pageSchema = z.object({
  range: rangeSchema,
  rows: z.array(teardownSchema),
  next_cursor: z.string().nullable().meta({ description: "Ask for the next page with it; null on the last" }),
});

export const detailSchema = teardownSchema.extend({
  cause_summary: z.string().nullable().meta({ description: "The cause in words" }),
  evidence_words: z.array(z.string()).meta({ description: "The evidence in words, in the order of `evidence`" }),
  other_vantages: z.array(teardownSchema).meta({ description: "The same connection as other collectors saw it" }),
});
