import { setTimeout as sleep } from "node:timers/promises";
import { mix, randomFrom, type Lab, type MixOptions, type Plan } from "@hangup/lab";
import type { Burst } from "./bursts.ts";

export interface TrafficOptions {
  readonly lab: Lab;
  readonly seed: number;
  /** How often each ending happens; the lab's usual mix unless told. */
  readonly weights?: MixOptions["weights"];
  /** Connections a second, on average, at a moment since the start. */
  readonly rateAt: (elapsedMs: number) => number;
  readonly burstAt: (elapsedMs: number) => Burst | null;
  /** Told of a connection that did not go as planned, and of the start (burst) and end (null) of bursts. */
  readonly onFailure: (error: unknown) => void;
  readonly onBurst: (burst: Burst | null) => void;
}

/** A slow machine must not pile up connections. */
const AT_ONCE = 400;
/** For those under way when it ends. */
const END_LIMIT_MS = 2_000;

/** Makes connections until `signal` says so, then waits for those under way. */
export async function makeTraffic(options: TrafficOptions, signal: AbortSignal): Promise<void> {
  const { lab, seed } = options;
  const plans = mix(seed, { ...lab, weights: options.weights });
  const random = randomFrom(seed + 1);
  const running = new Set<Promise<unknown>>();
  const start = performance.now();
  let nextMs = 0;
  let burstPort: number | undefined;
  while (!signal.aborted) {
    const elapsedMs = performance.now() - start;
    const burst = options.burstAt(elapsedMs);
    if (burst?.port !== burstPort) options.onBurst(burst);
    burstPort = burst?.port;
    // Exponential gaps: arrivals that know nothing of each other.
    for (; nextMs <= elapsedMs; nextMs += (-Math.log(1 - random()) * 1_000) / options.rateAt(elapsedMs)) {
      const plan = struck(plans.next().value, burst, random());
      if (running.size >= AT_ONCE) continue;
      const connection = lab.run(plan).catch(options.onFailure);
      running.add(connection);
      void connection.then(() => running.delete(connection));
    }
    await sleep(Math.min(1_000, Math.max(1, nextMs - elapsedMs)), undefined, { signal }).catch(() => undefined);
  }
  await Promise.race([Promise.all(running), sleep(END_LIMIT_MS)]);
}

/** The plan, or what the burst makes of it. */
function struck(plan: Plan, burst: Burst | null, random: number): Plan {
  if (burst === null || random >= burst.share) return plan;
  const { server, port, scenario } = burst;
  return { ...plan, server, port, scenario };
}
