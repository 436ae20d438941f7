import { setTimeout as sleep } from "node:timers/promises";
import { createLab, mix } from "@hangup/lab";
import { startUp } from "../e2e/hangup-up.ts";
import { quantile } from "./median.ts";

export const name = "latency: last packet of a connection to its row in the API";

const CONNECTIONS_PER_SECOND = 20;
const SECONDS = 30;
const SETTLE_SECONDS = 1;

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly end_time: string;
}

/** Ends of every kind that needs no timer; `mix` without the silent ones. */
const weights = { client_first: 50, server_first: 20, refused: 15, turned_away: 8, client_abort: 7 };

export async function run(): Promise<void> {
  for (const { label, flags, limit } of [
    { label: "default", flags: "", limit: SETTLE_SECONDS + 2.5 },
    { label: "--low-latency", flags: " --low-latency", limit: SETTLE_SECONDS + 1.5 },
  ]) {
    const delays = await measure(flags);
    console.log(`  ${label}: limit for p99 ${limit} s`);
    for (const [kind, seconds] of Object.entries(delays)) {
      const [p50, p99] = [quantile(seconds, 0.5).toFixed(2), quantile(seconds, 0.99).toFixed(2)];
      console.log(`    ${kind.padEnd(8)} p50 ${p50} s  p99 ${p99} s  (${seconds.length} connections)`);
    }
  }
}

/** Seconds from the capture time of the last packet to the moment when a poller first sees the row, by kind. */
async function measure(flags: string): Promise<Record<string, number[]>> {
  const lab = await createLab({ name: "bench", servers: 2 });
  const delays: Record<string, number[]> = {};
  try {
    const up = await startUp(["--collect", `--netns ${lab.middle.netns} -i ${lab.middle.interface}${flags}`]);
    try {
      const seen = new Set<string>();
      const end = Date.now() + (SECONDS + 6) * 1000;
      const polling = (async () => {
        while (Date.now() < end) {
          const response = await fetch(`${up.url}/api/v1/teardowns?from=now-30s&limit=1000`);
          const now = Date.now();
          for (const row of ((await response.json()) as { rows: Row[] }).rows) {
            if (seen.has(row.id)) continue;
            seen.add(row.id);
            (delays[row.kind] ??= []).push((now - Date.parse(row.end_time)) / 1000);
          }
          await sleep(20);
        }
      })();
      const plans = mix(1, { ...lab, weights });
      const running: Promise<unknown>[] = [];
      for (let count = 0; count < CONNECTIONS_PER_SECOND * SECONDS; count++) {
        running.push(lab.run(plans.next().value));
        await sleep(1000 / CONNECTIONS_PER_SECOND);
      }
      await Promise.all([...running, polling]);
    } finally {
      await up.stop();
    }
  } finally {
    await lab.destroy();
  }
  return delays;
}
