import { Command, CommanderError, Option } from "commander";
import { z } from "zod";
import { readConfigFile } from "./config-file.ts";
import { HangupError } from "./errors.ts";
import { LOG_LEVELS, logLevel } from "./log-levels.ts";
import type { ConfigOf, OptionSpec, OptionTable } from "./option.ts";

export interface CommandSpec<T extends OptionTable> {
  /** As the user types it, e.g. `hangup ingest`. */
  readonly name: string;
  readonly summary: string;
  /** Example command lines, printed at the end of the help. */
  readonly examples: readonly string[];
  readonly options: T;
  /** What is wrong with values that are each right by themselves, as a message of HANGUP_USAGE; null when nothing is. */
  check?(config: ConfigOf<T>): string | null;
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
      const text = error.message
        .replace(/^error: /, "")
        .replaceAll(/\s*\n\s*/g, " ")
        .replace(/\.$/, "");
      throw new HangupError("HANGUP_USAGE", text, { remedy: `See '${spec.name} --help'` });
    }
    throw error;
  }
  // Commands that keep no log refuse it too: what is set for one shell is set for all of them.
  logLevel(environment);
  const flags = command.opts<Record<string, unknown>>();
  const file = typeof flags["config"] === "string" ? readConfigFile(flags["config"], spec.options) : {};
  const config: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(spec.options)) {
    const name = environmentName(key);
    const fromEnvironment = entry.environment ? environment[name] : undefined;
    const source =
      flags[key] !== undefined ? longFlag(entry.flags) : fromEnvironment !== undefined ? name : `${key} in the file`;
    const raw =
      flags[key] ??
      (fromEnvironment !== undefined && entry.repeatable ? fromEnvironment.split(",") : fromEnvironment) ??
      file[key];
    const result = entry.schema.safeParse(raw, { error: plainWords });
    if (!result.success) {
      const why = result.error.issues.map((issue) => issue.message).join("; ");
      const given =
        raw === undefined
          ? "is required"
          : `'${entry.secret ? withoutSecret(raw) : shown(raw)}' cannot be used: ${why}`;
      throw new HangupError("HANGUP_USAGE", `${raw === undefined ? longFlag(entry.flags) : source} ${given}`, {
        remedy: `See '${spec.name} --help'`,
      });
    }
    config[key] = result.data;
  }
  const problem = spec.check?.(config as ConfigOf<T>) ?? null;
  if (problem !== null) throw new HangupError("HANGUP_USAGE", problem, { remedy: `See '${spec.name} --help'` });
  if (flags["printConfig"] === true || flags["checkConfig"] === true) {
    if (flags["printConfig"] === true)
      process.stdout.write(`${JSON.stringify(hideSecrets(spec.options, config), null, 2)}\n`);
    process.exit(0);
  }
  return { config: config as ConfigOf<T>, operands: command.args };
}

/** Zod's own messages as a person would say them; what a schema says itself comes first. */
const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "too_big":
      return `expected at most ${issue.maximum}`;
    case "too_small":
      return issue.origin === "string" ? "it is empty" : `expected at least ${issue.minimum}`;
    case "invalid_value":
      return `expected one of ${issue.values.join(", ")}`;
    case "invalid_type":
      return issue.expected === "int" ? "expected a whole number" : `expected a ${issue.expected}`;
    default:
      return undefined;
  }
};

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
    // To commander --no-x takes x back, which is on until then; here it is an option like others, on when it is given.
    flag.negate = false;
    if (entry.repeatable) flag.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(flag);
  }
  command
    .option("--config <file>", "read options from a YAML file")
    .option("--check-config", "check the configuration and exit")
    .option("--print-config", "print the configuration in force, secrets hidden, and exit");
  command.addHelpText("after", `\nHANGUP_LOG_LEVEL is one of ${LOG_LEVELS.join(", ")}; default info.`);
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
  const notes = [
    ...(entry.environment ? [environmentName(key)] : []),
    ...(value === "" || value === "false" ? [] : [`default ${value}`]),
  ];
  return notes.length === 0 ? entry.description : `${entry.description} (${notes.join(", ")})`;
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

/** What of a secret helps to find the mistake: the scheme of a URL. The rest may hold a password anywhere, a webhook's path say. */
function withoutSecret(value: unknown): string {
  if (Array.isArray(value)) return value.map(withoutSecret).join(",");
  return `${/^[a-z][a-z0-9+.-]*:\/\//i.exec(String(value))?.[0] ?? ""}***`;
}

function hideSecrets(options: OptionTable, config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      options[key].secret && value !== undefined && value !== "" ? "***" : value,
    ]),
  );
}
