import type { ObserverCounters } from "@hangup/teardowns";
import { counted, whole } from "../terminal.ts";

/** What was read, for stderr: packets, bytes, what became of them, connections, seconds. */
export function summaryLine(name: string, counters: ObserverCounters, seconds: number): string {
  const outcomes = Object.entries(counters.outcomes)
    .filter(([outcome, count]) => count > 0 || outcome === "tcp")
    .map(
      ([outcome, count]) =>
        `${whole(count)} ${outcome === "tcp" ? "TCP" : outcome.replace("not_tcp", "not TCP").replace("_", " ")}`,
    );
  const { rows, tracking } = counters;
  const ended = rows.fin + rows.reset + rows.refused + rows.timeout;
  const evicted = tracking.evictedHalfOpen + tracking.evictedIdle;
  const parts = [
    `${counted(counters.packets, "packet")}, ${bytes(counters.bytes)}: ${outcomes.join(", ")}`,
    `${counted(counters.connections, "connection")}, ${whole(ended)} ended` +
      (evicted > 0 ? `, ${whole(evicted)} forgotten for want of memory` : ""),
    `${seconds.toFixed(2)} s`,
  ];
  return `${name}: ${parts.join("; ")}`;
}

export function bytes(count: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? whole(value) : value.toFixed(1)} ${units[unit]}`;
}
