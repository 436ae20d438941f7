import { collectDefaultMetrics, Registry } from "@prometheus-io/client";

export { Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";

/** Ten and a hundred times rarer than usual: looking at itself would be most of what a quiet service does. */
const LOOP_LAG_EVERY_MS = 100;
const LOOP_UTILIZATION_EVERY_MS = 10_000;

/**
 * A registry with the process metrics that Prometheus recommends. Our own metrics are named
 * `hangup_<service>_<what>_<unit>[_total]`, in base units, with bounded labels: never an address.
 */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: LOOP_LAG_EVERY_MS,
    eventLoopUtilizationTimeout: LOOP_UTILIZATION_EVERY_MS,
  });
  return registry;
}
