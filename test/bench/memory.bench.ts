import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { median } from "./median.ts";

export const name = "memory: resident bytes for each connection that is followed";

const ROUNDS = 3;
const FIRST = 200_000;
const STEPS = [500_000, 1_000_000, 2_000_000];
/** The engine's room for short-lived objects grows by megabytes at any time: it is no connection's, and keeps its size here. */
const SAME_ROOM = ["--min-semi-space-size=2", "--max-semi-space-size=2"];

/** In a process of its own each round; what the first connections brought is the base. */
export function run(): void {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const program = join(import.meta.dirname, "hold-connections.ts");
    const words = ["--expose-gc", ...SAME_ROOM, ...process.execArgv, program, ...[FIRST, ...STEPS].map(String)];
    const [base, ...rss] = execFileSync(process.execPath, words, { encoding: "utf8" }).trim().split("\n").map(Number);
    return rss.map((bytes, i) => (bytes - base) / (STEPS[i] - FIRST));
  });
  STEPS.forEach((connections, i) => {
    const bytes = median(rounds.map((each) => each[i]));
    console.log(`  ${connections.toLocaleString("en")} connections: ${bytes.toFixed(1)} bytes each`);
  });
}
