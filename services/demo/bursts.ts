import type { ScenarioName } from "@hangup/lab";

/** A stretch of time in which one server aborts much of what reaches one of its ports. */
export interface Burst {
  readonly server: number;
  readonly port: number;
  readonly scenario: ScenarioName;
  /** Share of all connections that go there and end so. */
  readonly share: number;
}

export interface BurstPlan {
  /** From the start to the first burst, ms. */
  readonly afterMs: number;
  /** From the start of a burst to that of the next, ms. */
  readonly everyMs: number;
  /** Length of a burst, ms. From 3 minutes on two whole minutes of it are certain, whatever the clock says. */
  readonly lengthMs: number;
  readonly share: number;
  readonly servers: number;
  readonly ports: readonly number[];
}

/**
 * The burst at a moment since the start, or null. Port and server change from burst to burst, so that the hour before one
 * is quiet for its port.
 */
export function burstAt(elapsedMs: number, plan: BurstPlan): Burst | null {
  const since = elapsedMs - plan.afterMs;
  if (since < 0 || since % plan.everyMs >= plan.lengthMs) return null;
  const index = Math.floor(since / plan.everyMs);
  return {
    server: index % plan.servers,
    port: plan.ports[index % plan.ports.length],
    scenario: "server_abort",
    share: plan.share,
  };
}
