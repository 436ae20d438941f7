import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HangupError } from "./errors.ts";
import { fileFault } from "./file-fault.ts";
import { nearest } from "./nearest.ts";
import type { OptionTable } from "./option.ts";

/**
 * Reads a YAML mapping of option names to values. Values become what the command line would give: text, exactly as it is
 * written (`maxAge: 2`, `collector: 007`), lists joined with commas for an option that is given once, and a list of texts
 * for one that may be given several times.
 * @throws HangupError HANGUP_CONFIG.
 */
export function readConfigFile(path: string, options: OptionTable): Record<string, string | string[]> {
  // Loaded when there is a file to read: most starts have none.
  const { parse }: typeof import("yaml") = createRequire(import.meta.url)("yaml");
  const content = readText(path);
  let parsed: unknown;
  try {
    // "failsafe" knows text, lists and mappings: no number loses its zeros, no word becomes a boolean.
    parsed = parse(content, { schema: "failsafe" }) || {};
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new HangupError("HANGUP_CONFIG", `configuration file ${path}: ${why}`, { cause });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new HangupError("HANGUP_CONFIG", `configuration file ${path}: expected a mapping of option names to values`);
  }
  const keys = Object.keys(options);
  const values: Record<string, string | string[]> = {};
  for (const [key, value] of Object.entries(parsed)) {
    if (!keys.includes(key)) {
      const near = nearest(key, keys);
      throw new HangupError("HANGUP_CONFIG", `configuration file ${path}: unknown key '${key}'`, {
        remedy: near ? `Did you mean '${near}'?` : `Known keys: ${keys.join(", ")}`,
      });
    }
    const texts: unknown[] = Array.isArray(value) ? value : [value];
    if (!texts.every((text) => typeof text === "string")) {
      throw new HangupError(
        "HANGUP_CONFIG",
        `configuration file ${path}: '${key}' is neither a value nor a list of them`,
      );
    }
    values[key] = options[key].repeatable ? texts : texts.join(",");
  }
  return values;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw fileFault(cause, { option: "--config", path, use: "read", kind: "a YAML file" }, "HANGUP_CONFIG");
  }
}
