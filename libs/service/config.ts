import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { HangupError } from "./errors.ts";

/**
 * A component's configuration: one table of options, each with its flag, its meaning and a zod schema.
 * A value comes from the flag, else the environment (`HANGUP_…`), else the file (`--config`), else the schema's default.
 */
export interface OptionSpec<T> {
  /** Commander notation, e.g. `-i, --interface <name>` or `--low-latency`. */
  readonly flags: string;
  readonly description: string;
  /** Parses the value; gives the default for `undefined`. Numbers arrive as text: use `z.coerce.number()`. */
  readonly schema: z.ZodType<T>;
  /** The flag may be given several times; the schema sees an array of strings. */
  readonly repeatable: boolean;
  /** Printed as `***` by `--print-config`. */
  readonly secret: boolean;
}

export function option<S extends z.ZodType>(
  flags: string,
  description: string,
  schema: S,
  extra: { repeatable?: boolean; secret?: boolean } = {},
): OptionSpec<z.output<S>> {
  return {
    flags,
    description,
    schema: schema as unknown as z.ZodType<z.output<S>>,
    repeatable: extra.repeatable ?? false,
    secret: extra.secret ?? false,
  };
}

export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;
export type ConfigOf<T extends OptionTable> = { [K in keyof T]: T[K] extends OptionSpec<infer V> ? V : never };

export interface CommandSpec<T extends OptionTable> {
  /** As the user types it, e.g. `hangup ingest`. */
  readonly name: string;
  readonly summary: string;
  /** Example command lines, printed at the end of the help. */
  readonly examples: readonly string[];
  readonly options: T;
  /** Operands, commander notation: `<file...>`, `[bpf...]`. */
  readonly operands?: string;
}

export interface ParsedCommand<T extends OptionTable> {
  readonly config: ConfigOf<T>;
  readonly operands: readonly string[];
}

/** `bootstrapServer` → `HANGUP_BOOTSTRAP_SERVER`. */
export function environmentName(key: string): string {
  return `HANGUP_${key.replaceAll(/([A-Z])/g, "_$1").toUpperCase()}`;
}

/**
 * Parses a command line. Prints and exits 0 for `--help`, `--print-config` and `--check-config`.
 * @throws HangupError HANGUP_USAGE (unknown option, bad value) or HANGUP_CONFIG (bad file).
 */
export function parseCommand<T extends OptionTable>(
  spec: CommandSpec<T>,
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ParsedCommand<T> {
  const command = commandFor(spec);
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) process.exit(0);
      const text = error.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
      throw new HangupError("HANGUP_USAGE", text, { remedy: `See '${spec.name} --help'` });
    }
    throw error;
  }
  const flags = command.opts<Record<string, unknown>>();
  const file = typeof flags["config"] === "string" ? readConfigFile(flags["config"], spec) : {};
  const config: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(spec.options)) {
    const name = environmentName(key);
    const fromEnvironment = environment[name];
    const source =
      flags[key] !== undefined ? longFlag(entry.flags) : fromEnvironment !== undefined ? name : `${key} in the file`;
    const raw =
      flags[key] ??
      (fromEnvironment !== undefined && entry.repeatable ? fromEnvironment.split(",") : fromEnvironment) ??
      file[key];
    const result = entry.schema.safeParse(raw);
    if (!result.success) {
      const why = result.error.issues.map((issue) => issue.message).join("; ");
      const given = raw === undefined ? "is required" : `'${shown(raw)}' cannot be used: ${why}`;
      throw new HangupError("HANGUP_USAGE", `${raw === undefined ? longFlag(entry.flags) : source} ${given}`, {
        remedy: `See '${spec.name} --help'`,
      });
    }
    config[key] = result.data;
  }
  if (flags["printConfig"] === true || flags["checkConfig"] === true) {
    if (flags["printConfig"] === true)
      process.stdout.write(`${JSON.stringify(hideSecrets(spec.options, config), null, 2)}\n`);
    process.exit(0);
  }
  return { config: config as ConfigOf<T>, operands: command.args };
}

function commandFor<T extends OptionTable>(spec: CommandSpec<T>): Command {
  const command = new Command(spec.name)
    .description(spec.summary)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError(true)
    .allowExcessArguments(false);
  if (spec.operands) command.argument(spec.operands);
  for (const [key, entry] of Object.entries(spec.options)) {
    const flag = new Option(entry.flags, describeOption(key, entry));
    // Commander names the attribute after the flag; ours is the table's key.
    flag.attributeName = () => key;
    if (entry.repeatable) flag.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(flag);
  }
  command
    .option("--config <file>", "read options from a YAML file")
    .option("--check-config", "check the configuration and exit")
    .option("--print-config", "print the configuration in force, secrets hidden, and exit");
  if (spec.examples.length > 0) {
    command.addHelpText("after", `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join("\n")}`);
  }
  return command;
}

function describeOption(key: string, entry: OptionSpec<unknown>): string {
  const fallback = entry.schema.safeParse(undefined);
  // A default that is written as the user would (`60s`) is shown so, not as what it becomes.
  const typed = entry.schema instanceof z.ZodPrefault ? entry.schema.def.defaultValue : undefined;
  const value = fallback.success ? shown(typed ?? fallback.data ?? "") : "";
  const suffix = value === "" || value === "false" ? "" : `, default ${value}`;
  return `${entry.description} (${environmentName(key)}${suffix})`;
}

/** A value as the user would write it: lists with commas, an address as HOST:PORT. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(",");
  if (typeof value !== "object" || value === null) return String(value);
  return "host" in value && "port" in value ? `${shown(value.host)}:${shown(value.port)}` : JSON.stringify(value);
}

function longFlag(flags: string): string {
  return flags.match(/--[a-z0-9-]+/)?.[0] ?? flags;
}

function readConfigFile<T extends OptionTable>(path: string, spec: CommandSpec<T>): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = parseYaml(readFileSync(path, "utf8")) ?? {};
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new HangupError("HANGUP_CONFIG", `configuration file ${path}: ${why}`, { cause });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new HangupError("HANGUP_CONFIG", `configuration file ${path}: expected a mapping of option names to values`);
  }
  const keys = Object.keys(spec.options);
  for (const key of Object.keys(parsed)) {
    if (keys.includes(key)) continue;
    const near = nearest(key, keys);
    throw new HangupError("HANGUP_CONFIG", `configuration file ${path}: unknown key '${key}'`, {
      remedy: near ? `Did you mean '${near}'?` : `Known keys: ${keys.join(", ")}`,
    });
  }
  return parsed as Record<string, unknown>;
}

/** The candidate within edit distance 3 of `word` that is nearest to it, or undefined. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = 4;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours, each counted once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const change = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, change, swapped ? beforePrevious[j - 2] + 1 : Infinity));
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length];
}

function hideSecrets(options: OptionTable, config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      options[key].secret && value !== undefined && value !== "" ? "***" : value,
    ]),
  );
}
