import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkoutFile, option, parseCommand, type CommandSpec } from "@hangup/service/command";
import { z } from "zod";

const options = {
  only: option(
    "--only <step>",
    "run one step: format, lint, types, boundaries, proto, unit or integration (repeatable)",
    z.array(z.enum(["format", "lint", "types", "boundaries", "proto", "unit", "integration"])).optional(),
    { repeatable: true, environment: false },
  ),
};

const spec: CommandSpec<typeof options> = {
  name: "hangup test",
  summary:
    "Runs everything that CI runs: format, lint, types, import rules, proto, unit tests, and the suite on real Kafka, ClickHouse and packets.",
  examples: ["hangup test", "hangup test --only unit"],
  options,
};

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A check counts as one test; vitest counts its own. */
const steps: Readonly<Record<string, (scratch: string) => Promise<Outcome>>> = {
  format: () => check("format:check"),
  lint: () => check("lint"),
  types: () => check("types"),
  boundaries: () => check("boundaries"),
  proto: () => check("proto"),
  unit: (scratch) => vitest("unit", scratch),
  integration: (scratch) => vitest("integration", scratch),
};

export async function run(argv: string[]): Promise<number> {
  const { config } = parseCommand(spec, argv);
  const scratch = mkdtempSync(join(tmpdir(), "hangup-test-"));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failedSteps: string[] = [];
  try {
    for (const [name, step] of Object.entries(steps)) {
      if (config.only && !config.only.some((only) => only === name)) continue;
      process.stdout.write(`\n== ${name}\n`);
      const outcome = await step(scratch);
      if (outcome.failed > 0) failedSteps.push(name);
      total.passed += outcome.passed;
      total.failed += outcome.failed;
      total.skipped += outcome.skipped;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (failedSteps.length > 0) process.stdout.write(`\nfailed: ${failedSteps.join(", ")}\n`);
  if (total.skipped > 0) process.stdout.write(`\n${total.skipped} skipped\n`);
  // The last line of all, for programs that read it.
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

async function check(script: string): Promise<Outcome> {
  const code = await inCheckout("npm", ["run", "--silent", script]);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

async function vitest(project: string, scratch: string): Promise<Outcome> {
  const report = join(scratch, `${project}.json`);
  const code = await inCheckout("npx", [
    "vitest",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = readReport(report);
  // A suite that fails outside of any test (a hook, an import) must not pass for a green one.
  const failed = numFailedTests > 0 ? numFailedTests : Math.max(numFailedTestSuites, code === 0 ? 0 : 1);
  return { passed: numPassedTests, failed, skipped: numPendingTests };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
}

function readReport(path: string): VitestReport {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numFailedTestSuites: 1 };
  }
}

/** Runs a program of this checkout with its own Node first in PATH; resolves with the exit code. */
function inCheckout(command: string, args: readonly string[]): Promise<number> {
  const path = `${dirname(process.execPath)}:${checkoutFile("node_modules/.bin")}:${process.env["PATH"]}`;
  const child = spawn(command, args, {
    cwd: checkoutFile("."),
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PATH: path },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
