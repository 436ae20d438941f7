import { counted, whole } from "../terminal.ts";

/** What was read of a capture, and what came of it. */
export interface CaptureSummary {
  /** The file, or the first of several and the last. */
  readonly name: string;
  readonly packets: number;
  /** On the wire. */
  readonly bytes: number;
  /** Packets by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly ended: number;
  /** Forgotten before their end because memory was short. */
  readonly evicted: number;
  readonly seconds: number;
}

/** The summary as a line for stderr. */
export function summaryLine(summary: CaptureSummary): string {
  const { name, packets, connections, ended, evicted, seconds } = summary;
  const outcomes = Object.entries(summary.outcomes)
    .filter(([outcome, count]) => count > 0 || outcome === "tcp")
    .map(
      ([outcome, count]) =>
        `${whole(count)} ${outcome === "tcp" ? "TCP" : outcome.replace("not_tcp", "not TCP").replace("_", " ")}`,
    );
  const parts = [
    `${counted(packets, "packet")}, ${bytes(summary.bytes)}: ${outcomes.join(", ")}`,
    `${counted(connections, "connection")}, ${whole(ended)} ended` +
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
