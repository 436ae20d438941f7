import type { Alert } from "../alert.ts";

/** An alert as `detect` makes it, with what a test cares about. */
export function alertOf(change: Partial<Alert> = {}): Alert {
  const updatedTime = change.updatedTime ?? 1_790_000_160_000;
  return {
    state: "firing",
    port: 443,
    cause: "app_abort",
    startedTime: 1_790_000_040_000,
    updatedTime,
    resolvedTime: null,
    current: { resets: 40, teardowns: 310 },
    baseline: { resets: 180, teardowns: 18_000 },
    topHosts: [
      { host: "10.0.0.5", resets: 30 },
      { host: "10.0.0.6", resets: 10 },
    ],
    summary: "app_abort on port 443: 12.9 % of 310 connections were reset in the minute to 09:31 UTC",
    version: updatedTime,
    ...change,
  };
}

/** The same alert, resolved ten minutes later. */
export function resolvedOf(alert: Alert): Alert {
  const resolvedTime = alert.updatedTime + 600_000;
  return { ...alert, state: "resolved", resolvedTime, version: resolvedTime, summary: "back to normal" };
}
