import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "main.ts");

async function help(command: string): Promise<string> {
  const args = ["--conditions=source", main, command, "--help"];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}

/** The options of a help text, each with all of its lines. */
function described(text: string): string[] {
  const [, options] = /\nOptions:\n(.*?)\n\n/s.exec(text) ?? [];
  return options.split(/\n(?= {2}-)/).map((option) => option.replaceAll(/\s+/g, " ").trim());
}

describe("the help", () => {
  it.each(["up", "analyze", "why", "top", "sql", "rejudge", "migrate", "test"])(
    "of %s tells one default of an option at most",
    async (command) => {
      const options = described(await help(command));
      expect(options.length).toBeGreaterThan(3);
      expect(options.filter((option) => option.split(/\bdefault\b/).length > 2)).toEqual([]);
    },
  );
});
