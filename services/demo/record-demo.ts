/**
 * Records the demo's traffic for machines where it may not run: `services/demo/capture/demo.pcap`. Takes 17 minutes, as
 * root:
 *
 *     node --conditions=source services/demo/record-demo.ts [SEED] [FILE]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLab } from "@hangup/lab";
import type { Burst } from "./bursts.ts";
import { makeTraffic } from "./traffic.ts";

const MINUTE = 60_000;
/** Enough before the burst to see what is usual, enough after it for an alert to close before the file begins again. */
const PHASES = [
  { untilMs: 2 * MINUTE, rate: 0.5, share: 0 },
  { untilMs: 2 * MINUTE + 200_000, rate: 0.8, share: 0.7 },
  { untilMs: 16.5 * MINUTE, rate: 0.13, share: 0 },
] as const;
const PORTS = [443, 8080];
/** Ethernet, IPv6 and TCP with the usual options. */
const SNAPLEN = 118;
const LIMIT_BYTES = 300_000;

const seed = Number(process.argv[2] ?? 20_261_125);
const file = process.argv[3] ?? join(import.meta.dirname, "capture", "demo.pcap");
const lab = await createLab({ name: "record", servers: 2, ports: PORTS });
const dump = spawn(
  "ip",
  [
    "netns",
    "exec",
    lab.middle.netns,
    "tcpdump",
    "-n",
    "-U",
    "-i",
    lab.middle.interface,
    "-s",
    `${SNAPLEN}`,
    "-w",
    file,
    "tcp",
  ],
  { stdio: ["ignore", "ignore", "inherit"], detached: true },
);
await sleep(1_000);

const phaseAt = (elapsedMs: number) => PHASES.find(({ untilMs }) => elapsedMs < untilMs) ?? PHASES[2];
const burstAt = (elapsedMs: number): Burst | null => {
  const { share } = phaseAt(elapsedMs);
  return share === 0 ? null : { server: 0, port: PORTS[0], scenario: "server_abort", share };
};
const stopping = AbortSignal.timeout(PHASES[2].untilMs);
await makeTraffic(
  {
    lab,
    seed,
    rateAt: (elapsedMs) => phaseAt(elapsedMs).rate,
    burstAt,
    onFailure: (error) => console.error(String(error)),
    onBurst: (burst) => console.error(burst === null ? "the burst is over" : "a burst of aborts"),
  },
  stopping,
);
// libpcap hands packets over up to 1 s late.
await sleep(1_500);
dump.kill("SIGINT");
await once(dump, "exit");
await lab.destroy();
const { size } = statSync(file);
console.error(`${file}: ${size} bytes, seed ${seed}`);
if (size > LIMIT_BYTES) throw new Error(`more than ${LIMIT_BYTES} bytes: lower the rates`);
