/**
 * `npm run lab`: makes every ending, captures and labels them, and says what `hangup analyze` makes of them. As root.
 *
 *     npm run lab -- [--seed N] [--rounds N] [--only REGEX] [--take clean|rough|foul …] [--out DIR] [--publish] [--readings]
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Case } from "./compare.ts";
import { figuresOf } from "./matrix.ts";
import { CLEAN, FOUL, ROUGH } from "./network.ts";
import { REPERTOIRE } from "./repertoire.ts";
import { faultLines, figureLines, matrixCsv, reportOf } from "./report.ts";
import { score } from "./score.ts";
import { take, type Take } from "./take.ts";

const PATHS = { clean: CLEAN, rough: ROUGH, foul: FOUL } as const;
type TakeName = keyof typeof PATHS;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    take: { type: "string", multiple: true, default: Object.keys(PATHS) },
    out: { type: "string", default: join(import.meta.dirname, "output") },
    publish: { type: "boolean", default: false },
    readings: { type: "boolean", default: false },
  },
});

const PAGE = join(import.meta.dirname, "../../docs/guide/confusion-matrix.md");
const only = new RegExp(values.only);
const scenarios = Object.fromEntries(Object.entries(REPERTOIRE).filter(([name]) => only.test(name)));

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());

/** One line that is written over on a terminal, and left out elsewhere. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

const takes: Take[] = [];
const cases: Case[] = [];
try {
  for (const [i, name] of values.take.entries()) {
    if (!(name in PATHS)) throw new Error(`no such take: ${name}; there are ${Object.keys(PATHS).join(", ")}`);
    const made = await take({
      name,
      seed: Number(values.seed) + i,
      path: PATHS[name as TakeName],
      scenarios,
      rounds: Number(values.rounds),
      directory: join(values.out, name),
      signal: stopping.signal,
      onDone: (done, of, scenario) => progress(`${name}: ${done} of ${of}, ${scenario}`),
    });
    progress("");
    for (const failure of made.failures) console.log(`${name}: did not go as planned: ${failure}`);
    takes.push(made);
    cases.push(...(await score(made)));
  }
} catch (error) {
  if (!stopping.signal.aborted) throw error;
  console.error("stopped; everything is taken away");
  process.exit(130);
}

mkdirSync(values.out, { recursive: true });
const report = reportOf(takes, cases, new Date());
writeFileSync(join(values.out, "confusion-matrix.md"), report);
writeFileSync(join(values.out, "confusion-matrix.csv"), matrixCsv(cases));
if (values.publish) writeFileSync(PAGE, report);

for (const line of faultLines(cases, "dishonest")) console.log(line);
if (values.readings) for (const line of faultLines(cases, "readings")) console.log(`reading: ${line}`);
for (const c of figuresOf(cases).falseAccusations) console.log(`accused falsely: ${c.said} of ${c.label.scenario}`);
console.log(`\n${figureLines(figuresOf(cases)).join("\n")}\n\nin ${values.out}`);
