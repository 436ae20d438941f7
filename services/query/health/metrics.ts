import { Counter, createRegistry, Histogram, type Registry } from "@hangup/service";

export class QueryMetrics {
  readonly registry: Registry = createRegistry();
  readonly #requests = new Counter({
    name: "hangup_query_requests_total",
    help: "HTTP requests answered",
    labelNames: ["method", "route", "status"],
    registers: [this.registry],
  });
  readonly #durations = new Histogram({
    name: "hangup_query_request_duration_seconds",
    help: "Time to answer an HTTP request",
    labelNames: ["route"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });
  readonly #refused = new Counter({
    name: "hangup_query_sql_refused_total",
    help: "Statements of POST sql that were refused, failed or met a limit",
    labelNames: ["code"],
    registers: [this.registry],
  });

  /** One answered request. @param route the route's pattern, never a path with a value in it. */
  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.inc({ method, route, status: String(status) });
    this.#durations.observe({ route }, seconds);
  }

  /** A statement of POST sql that was not run to its end. */
  sqlRefused(code: string): void {
    this.#refused.inc({ code });
  }
}
