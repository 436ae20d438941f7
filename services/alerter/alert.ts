import { causeDefinition } from "@hangup/causes";

/** x resets of n ends of established connections. */
export interface Tally {
  readonly resets: number;
  readonly teardowns: number;
}

/** Resets of one server, its address in canonical text. */
export interface HostResets {
  readonly host: string;
  readonly resets: number;
}

/** An alert on the share of one port's connections that end by one cause. Times are milliseconds since the Unix epoch. */
export interface Alert {
  readonly state: "firing" | "resolved";
  readonly port: number;
  readonly cause: string;
  /** Start of the first interval in which the rule held. */
  readonly startedTime: number;
  /** End of the last interval in which the rule held. */
  readonly updatedTime: number;
  /** End of the interval that resolved it; null while it is firing. */
  readonly resolvedTime: number | null;
  /** The last interval in which the rule held. */
  readonly current: Tally;
  /** The 60 intervals before it fired; it stays what it was then, so that a long incident is not taken for the norm. */
  readonly baseline: Tally;
  /** Most first, at most five. */
  readonly topHosts: readonly HostResets[];
  readonly summary: string;
  /** End of the interval that was judged: rises with every change. */
  readonly version: number;
}

/** resets / teardowns; 0 when nothing has ended. */
export function rate(tally: Tally): number {
  return tally.teardowns === 0 ? 0 : tally.resets / tally.teardowns;
}

/** `443-app_abort`: the same for every alert of one series. */
export function fingerprint(series: { readonly port: number; readonly cause: string }): string {
  return `${series.port}-${series.cause}`;
}

/** `443-app_abort-1790000000`: the same whoever raises it, so that a repeated write or message is recognised. */
export function alertId(alert: Alert): string {
  return `${fingerprint(alert)}-${Math.floor(alert.startedTime / 1_000)}`;
}

/** `info` for a cause that harms nobody, `warning` for any other. */
export function severity(cause: string): "info" | "warning" {
  return causeDefinition(cause)?.benign === true ? "info" : "warning";
}

/** A row of `hangup.alerts`, and the body that a webhook receives; there the times are RFC 3339. */
export interface AlertRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly state: "firing" | "resolved";
  readonly port: number;
  readonly cause: string;
  readonly started_time: string;
  readonly updated_time: string;
  readonly resolved_time: string | null;
  readonly resets: number;
  readonly teardowns: number;
  readonly rate: number;
  readonly baseline_resets: number;
  readonly baseline_teardowns: number;
  readonly baseline_rate: number;
  readonly top_hosts: readonly HostResets[];
  readonly summary: string;
}

export function alertRow(alert: Alert): AlertRow {
  return {
    id: alertId(alert),
    fingerprint: fingerprint(alert),
    state: alert.state,
    port: alert.port,
    cause: alert.cause,
    started_time: new Date(alert.startedTime).toISOString(),
    updated_time: new Date(alert.updatedTime).toISOString(),
    resolved_time: alert.resolvedTime === null ? null : new Date(alert.resolvedTime).toISOString(),
    resets: alert.current.resets,
    teardowns: alert.current.teardowns,
    rate: rate(alert.current),
    baseline_resets: alert.baseline.resets,
    baseline_teardowns: alert.baseline.teardowns,
    baseline_rate: rate(alert.baseline),
    top_hosts: alert.topHosts,
    summary: alert.summary,
  };
}
