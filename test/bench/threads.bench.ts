import { execFile, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { benchCapture } from "./capture.ts";
import { median } from "./median.ts";

export const name = "threads: a capture beyond 1 GB, by one thread and by two";

const ROUNDS = 5;
const execute = promisify(execFile);
const hangup = join(import.meta.dirname, "../../hangup");

/** Seconds by the wall. */
interface Round {
  readonly one: number;
  readonly two: number;
  /** Two processes of one thread each, at once: their mean is what two cores take for twice the work. */
  readonly both: number;
}

/** Measures in turn, so that a noisy moment hits all alike, and prints medians and what two cores give beside what they could. */
export async function run(): Promise<void> {
  const file = benchCapture({ packets: 12_000_000, connections: 900_000, seed: 1 });
  console.log(`  ${file}: ${(statSync(file).size / 1e6).toFixed(0)} MB`);
  await execute(hangup, ["--version"]);
  for (const output of ["table", "ndjson"]) await report(output, file);
}

/** Where rows are only added up reading the packets takes the most, where they are written these do. */
async function report(output: string, file: string): Promise<void> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const one = await seconds(file, output, 1);
    const two = await seconds(file, output, 2);
    const together = await Promise.all([seconds(file, output, 1), seconds(file, output, 1)]);
    rounds.push({ one, two, both: (together[0] + together[1]) / 2 });
  }
  const of = (what: keyof Round): number => median(rounds.map((round) => round[what]));
  const ratio = (gain: (round: Round) => number): string => median(rounds.map(gain)).toFixed(2);
  console.log(`  --output ${output}: one thread ${of("one").toFixed(2)} s, two threads ${of("two").toFixed(2)} s`);
  console.log(`    two threads are ${ratio(({ one, two }) => one / two)} times as fast as one`);
  console.log(
    `    two cores do ${ratio(({ one, both }) => (2 * one) / both)} times the work of one (two processes at once)`,
  );
}

/** Start to end of a process of its own, as a person sees it. */
async function seconds(file: string, output: string, threads: number): Promise<number> {
  const started = performance.now();
  const child = spawn(hangup, ["analyze", "--output", output, "--threads", String(threads), file], { stdio: "ignore" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`hangup analyze ended with ${String(code)}`);
  return (performance.now() - started) / 1000;
}
