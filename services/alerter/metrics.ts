import { Counter, Gauge, Histogram, type Registry } from "@hangup/service";

export type AlerterMetrics = ReturnType<typeof createMetrics>;

/** @param lagSeconds how far the last judged interval's end lies behind now. */
export function createMetrics(registry: Registry, lagSeconds: () => number) {
  const registers = [registry];
  return {
    lag: new Gauge({
      name: "hangup_alerter_lag_seconds",
      help: "Time since the end of the last interval that was judged",
      registers,
      collect() {
        this.set(lagSeconds());
      },
    }),
    evaluations: new Counter({
      name: "hangup_alerter_evaluations_total",
      help: "Intervals that were judged",
      registers,
    }),
    failures: new Counter({
      name: "hangup_alerter_failures_total",
      help: "Requests to ClickHouse that failed and were tried again",
      labelNames: ["request"] as const,
      registers,
    }),
    skipped: new Counter({
      name: "hangup_alerter_skipped_intervals_total",
      help: "Intervals that were never judged, because ClickHouse or the alerter was away for too long",
      registers,
    }),
    evaluationSeconds: new Histogram({
      name: "hangup_alerter_evaluation_seconds",
      help: "Time that the query of one interval took",
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
      registers,
    }),
    changes: new Counter({
      name: "hangup_alerter_changes_total",
      help: "Alerts that fired, were updated or resolved",
      labelNames: ["change"] as const,
      registers,
    }),
    firing: new Gauge({ name: "hangup_alerter_firing_alerts", help: "Alerts that are firing", registers }),
    deliveries: new Counter({
      name: "hangup_alerter_deliveries_total",
      help: "Messages to a receiver: delivered, failed (tried again), refused or dropped (given up)",
      labelNames: ["receiver", "result"] as const,
      registers,
    }),
  };
}
