import type { z } from "zod";

/**
 * A component's configuration: one table of options, each with its flag, its meaning and a zod schema.
 * A value comes from the flag, else the environment (`HANGUP_…`), else the file (`--config`), else the schema's default.
 * What is asked and how it is shown, this time, comes from no environment: commands would share one variable for
 * values of different kinds.
 */
export interface OptionSpec<T> {
  /** Commander notation, e.g. `-i, --interface <name>` or `--low-latency`. */
  readonly flags: string;
  readonly description: string;
  /** Parses the value; gives the default for `undefined`. Numbers arrive as text: use `z.coerce.number()`. */
  readonly schema: z.ZodType<T>;
  /** The flag may be given several times; the schema sees an array of strings. */
  readonly repeatable: boolean;
  /** Printed as `***` by `--print-config`, and never repeated by an error. */
  readonly secret: boolean;
  /** May be given in the environment. */
  readonly environment: boolean;
}

export function option<S extends z.ZodType>(
  flags: string,
  description: string,
  schema: S,
  extra: { repeatable?: boolean; secret?: boolean; environment?: boolean } = {},
): OptionSpec<z.output<S>> {
  return {
    flags,
    description,
    schema: schema as unknown as z.ZodType<z.output<S>>,
    repeatable: extra.repeatable ?? false,
    secret: extra.secret ?? false,
    environment: extra.environment ?? true,
  };
}

export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;
export type ConfigOf<T extends OptionTable> = { [K in keyof T]: T[K] extends OptionSpec<infer V> ? V : never };
