import { COLUMNS, RST_COLUMNS, STORAGE_COLUMNS, type Column, type ColumnShape, type RstShape } from "@hangup/teardowns";
import { z } from "zod";
import { rangeSchema } from "../rates/rate-schemas.ts";

const RST_SHAPES: Readonly<Record<RstShape, z.ZodType>> = {
  name: z.string(),
  names: z.array(z.string()),
  uint: z.int(),
  optional_uint: z.int().nullable(),
  int: z.int(),
  optional_int: z.int().nullable(),
  bytes: z.array(z.int()),
};

const rstSchema = z.object(
  Object.fromEntries(
    RST_COLUMNS.map(({ name, shape, comment }) => [name, RST_SHAPES[shape].meta({ description: comment })]),
  ),
);

const SHAPES: Readonly<Record<ColumnShape, z.ZodType>> = {
  time: z.string(),
  uint: z.int(),
  optional_uint: z.int().nullable(),
  bool: z.boolean(),
  optional_bool: z.boolean().nullable(),
  name: z.string(),
  optional_name: z.string().nullable(),
  names: z.array(z.string()),
  rsts: z.array(rstSchema),
  address: z.string(),
  alias: z.string().nullable(),
};

const columns: readonly Column[] = [...COLUMNS, ...STORAGE_COLUMNS];

export const teardownSchema = z
  .object(
    Object.fromEntries(columns.map(({ name, shape, comment }) => [name, SHAPES[shape].meta({ description: comment })])),
  )
  .extend({
    cause_refined: z
      .string()
      .nullable()
      .meta({ description: "Cause of the newest verdict on the row; null where none was given since it was stored" }),
    confidence_refined: z.int().nullable().meta({ description: "Confidence of that verdict" }),
    rule_version_refined: z.int().nullable().meta({ description: "Version of the rules that gave it" }),
  });

const explanationSchema = z.object({
  headline: z.string().meta({ description: "Who, what and how sure, in one line" }),
  seen: z.array(z.string()).meta({ description: "What was seen, a sentence each" }),
  follows: z.string().meta({ description: "What follows from it, and how far to trust that" }),
  alternatives: z
    .array(
      z.object({
        cause: z.string().nullable().meta({ description: "null where it is no cause of GET /api/v1/causes" }),
        words: z.string(),
      }),
    )
    .meta({ description: "What else the same packets may come from" }),
  settle: z.string().meta({ description: "What would settle it; empty where nothing is open" }),
  wireshark: z.string().meta({ description: "Display filter for the packets of this connection" }),
});

const explainedSchema = teardownSchema.extend({
  explanation: explanationSchema.meta({ description: "The row in plain words; as JSON only, not in exports" }),
});

export const pageSchema = z.object({
  range: rangeSchema,
  rows: z.array(explainedSchema),
  next_cursor: z.string().nullable().meta({ description: "Ask for the next page with it; null on the last" }),
});

export const detailSchema = explainedSchema.extend({
  cause_summary: z.string().nullable().meta({ description: "The cause in words" }),
  evidence_words: z.array(z.string()).meta({ description: "The evidence in words, in the order of `evidence`" }),
  other_vantages: z.array(teardownSchema).meta({ description: "The same connection as other collectors saw it" }),
});
