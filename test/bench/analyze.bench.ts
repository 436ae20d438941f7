import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { benchCapture, LARGE_CAPTURE } from "./capture.ts";
import { median } from "./median.ts";

export const name = "analyze: a capture of 5 million packets, 400,000 connections, beside tcpdump";

const ROUNDS = 5;
const execute = promisify(execFile);
const hangup = join(import.meta.dirname, "../../hangup");

interface Peer {
  readonly label: string;
  readonly command: readonly string[];
}

interface Timing {
  /** Seconds of one run: by the wall, and of the processor in user and kernel mode over all threads. */
  readonly wall: number;
  readonly processor: number;
}

/** Runs the peers in turn, so that a noisy moment hits them all, and prints medians with ratios to tcpdump's filter pass. */
export async function run(): Promise<void> {
  const file = benchCapture();
  const packets = await countPackets(file);
  console.log(
    `  ${file}: ${packets} packets, ${(statSync(file).size / 1e6).toFixed(0)} MB, ${LARGE_CAPTURE.connections} connections`,
  );
  const node = [process.execPath, ...process.execArgv];
  const decode = [...node, join(import.meta.dirname, "decode-capture.ts"), file];
  const all: Peer[] = [
    { label: "tcpdump, filter pass", command: ["tcpdump", "-r", file, "-w", "/dev/null", "tcp"] },
    { label: "hangup, bare decode", command: decode },
    { label: "hangup analyze", command: [hangup, "analyze", file] },
    { label: "SYN, FIN, RST only", command: [hangup, "analyze", "--capture-mode", "flags", file] },
    { label: "tcptrace", command: ["tcptrace", "-n", file] },
    { label: "argus", command: ["argus", "-r", file, "-w", "/dev/null"] },
  ];
  const peers = await installed(all);
  const timings = new Map<string, Timing[]>(peers.map(({ label }) => [label, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { label, command } of peers) timings.get(label)?.push(await time(command));
  }
  const wallOf = (label: string): number => median((timings.get(label) ?? []).map(({ wall }) => wall));
  const reference = wallOf(all[0].label);
  console.log(`  ${"".padEnd(22)} seconds  processor  M packets/s  of tcpdump's speed`);
  for (const { label } of peers) {
    const wall = wallOf(label);
    const processor = median((timings.get(label) ?? []).map((timing) => timing.processor));
    const columns = [
      wall.toFixed(2),
      processor.toFixed(2),
      (packets / wall / 1e6).toFixed(2),
      (reference / wall).toFixed(2),
    ];
    console.log(
      `  ${label.padEnd(22)} ${columns[0].padStart(7)} ${columns[1].padStart(10)} ${columns[2].padStart(12)} ${columns[3].padStart(19)}`,
    );
  }
  await reportOwnClock([], file, packets);
  await reportOwnClock(["--capture-mode", "flags"], file, packets);
}

/** Without the start of Node.js, by the command's own summary: what counts for a capture that is not small. */
async function reportOwnClock(options: readonly string[], file: string, packets: number): Promise<void> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { stderr } = await execute(hangup, ["analyze", ...options, file]);
    seconds.push(Number(/([\d.]+) s\s*$/.exec(stderr)?.[1]));
  }
  const own = median(seconds);
  console.log(
    `  once started, ${["hangup analyze", ...options].join(" ")} takes ${own.toFixed(2)} s: ${(packets / own / 1e6).toFixed(2)} M packets/s`,
  );
}

/** Those whose program is there; says which are not. */
async function installed(peers: readonly Peer[]): Promise<Peer[]> {
  const found: Peer[] = [];
  for (const peer of peers) {
    const program =
      peer.command[0] === process.execPath
        ? (peer.command.find((word) => /\.(js|ts)$/.test(word)) ?? "")
        : peer.command[0];
    const there =
      existsSync(program) ||
      (await execute("which", [program]).then(
        () => true,
        () => false,
      ));
    if (there) found.push(peer);
    else console.log(`  ${peer.label}: not installed, left out`);
  }
  return found;
}

async function countPackets(file: string): Promise<number> {
  const { stdout } = await execute(process.execPath, [
    ...process.execArgv,
    join(import.meta.dirname, "decode-capture.ts"),
    file,
  ]);
  return Number(stdout);
}

/** Start to end of a process of its own, as a person sees it. */
async function time(command: readonly string[]): Promise<Timing> {
  const { stderr } = await execute("bash", [
    "-c",
    'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1',
    "time",
    ...command,
  ]);
  const [wall, user, system] = stderr.trim().split(" ").map(Number);
  return { wall, processor: user + system };
}
