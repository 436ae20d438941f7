import { setTimeout as sleep } from "node:timers/promises";
import { mix, randomFrom, type Lab, type Plan } from "@hangup/lab";
import { BURST_SHARE, burstAt, type Burst, type BurstPlan } from "./bursts.ts";

export interface TrafficOptions {
  readonly lab: Lab;
  readonly seed: number;
  /** Connections a second, on average. */
  readonly rate: number;
  readonly bursts: BurstPlan;
  /** Told of a connection that did not go as planned, and of the start (burst) and end (null) of bursts. */
  readonly onFailure: (error: unknown) => void;
  readonly onBurst: (burst: Burst | null) => void;
}

/** A slow machine must not pile up connections. */
const AT_ONCE = 400;

/** Makes connections until `signal` says so, then waits for those under way. */
export async function makeTraffic(options: TrafficOptions, signal: AbortSignal): Promise<void> {
  const { lab, seed, rate, bursts } = options;
  const plans = mix(seed, lab);
  const random = randomFrom(seed + 1);
  const running = new Set<Promise<unknown>>();
  const start = performance.now();
  let nextMs = 0;
  let burstPort: number | undefined;
  while (!signal.aborted) {
    const elapsedMs = performance.now() - start;
    const burst = burstAt(elapsedMs, bursts);
    if (burst?.port !== burstPort) options.onBurst(burst);
    burstPort = burst?.port;
    for (; nextMs <= elapsedMs; nextMs += (-Math.log(1 - random()) * 1_000) / rate) {
      const plan = struck(plans.next().value, burst, random());
      if (running.size >= AT_ONCE) continue;
      const connection = lab.run(plan).catch(options.onFailure);
      running.add(connection);
      void connection.then(() => running.delete(connection));
    }
    await sleep(Math.max(1, nextMs - elapsedMs), undefined, { signal }).catch(() => undefined);
  }
  await Promise.race([Promise.all(running), sleep(2_000)]);
}

/** The plan, or what the burst makes of it. Refused and unanswered connections never reach the port. */
function struck(plan: Plan, burst: Burst | null, random: number): Plan {
  if (burst === null || plan.scenario === "refused" || plan.scenario === "silence") return plan;
  const hit = plan.server === burst.server && plan.port === burst.port && random < BURST_SHARE;
  return hit ? { ...plan, scenario: burst.scenario } : plan;
}
