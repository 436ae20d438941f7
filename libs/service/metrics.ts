import { collectDefaultMetrics, Registry } from "@prometheus-io/client";

export { Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";

/**
 * A registry with the process metrics that Prometheus recommends. Our own metrics are named
 * `hangup_<service>_<what>_<unit>[_total]`, in base units, with bounded labels: never an address.
 */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
