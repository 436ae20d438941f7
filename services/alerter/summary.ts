import { rate, type Alert, type HostResets, type Tally } from "./alert.ts";
import { BASELINE_INTERVALS, type Rule } from "./rule.ts";

/** Hosts named in a sentence; more stand in `top_hosts`. */
const NAMED_HOSTS = 3;

/**
 * What rose, from what to what, where. The interval is named by its end, since the sentence stays as it is while nothing
 * worse comes:
 * `app_abort on port 443: 12.4 % of 310 connections were reset in the minute to 09:31 UTC, 0.8 % of 18,204 in the hour
 * before; most on 10.0.0.5 (21), 10.0.0.6 (9)`.
 */
export function summaryOf(alert: Alert, rule: Rule): string {
  const name = `${alert.cause} on port ${alert.port}`;
  const now = `${share(alert.current)} connections were reset`;
  const before = baselineText(alert.baseline, rule);
  if (alert.resolvedTime !== null) {
    const quiet = span(alert.resolvedTime - alert.updatedTime, "");
    const lasted = span(alert.updatedTime - alert.startedTime, "");
    return `${name}: back to normal for ${quiet}, after ${lasted}; at the last, ${now}, ${before}${hostsText(alert.topHosts)}`;
  }
  return `${name}: ${now} in the ${span(rule.intervalMs, "one")} to ${clockTime(alert.updatedTime)}, ${before}${hostsText(alert.topHosts)}`;
}

function baselineText(baseline: Tally, rule: Rule): string {
  const when = `in the ${span(BASELINE_INTERVALS * rule.intervalMs, "one")} before`;
  return baseline.teardowns === 0 ? `none had ended ${when}` : `${share(baseline)} ${when}`;
}

function hostsText(hosts: readonly HostResets[]): string {
  if (hosts.length === 0) return "";
  const named = hosts.slice(0, NAMED_HOSTS).map(({ host, resets }) => `${host} (${count(resets)})`);
  return `; ${hosts.length === 1 ? "all" : "most"} on ${named.join(", ")}`;
}

/** `12.4 % of 310` */
function share(tally: Tally): string {
  return `${percent(rate(tally))} of ${count(tally.teardowns)}`;
}

/** One decimal; below 0.1 % two significant digits, so that a small rate does not read as none. */
function percent(fraction: number): string {
  const value = fraction * 100;
  return `${value === 0 ? "0" : value < 0.1 ? Number(value.toPrecision(2)) : value.toFixed(1)} %`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `09:31 UTC`; with its seconds where it is no whole minute. */
function clockTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, ms % 60_000 === 0 ? 16 : 19)} UTC`;
}

/** `minute`, `5 minutes`, `hour`, `90 seconds`; with `one` a single unit stands without its number: "the minute". */
function span(ms: number, one: "one" | ""): string {
  for (const [unit, unitMs] of [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1_000],
  ] as const) {
    if (ms % unitMs !== 0 || ms === 0) continue;
    const units = ms / unitMs;
    return units === 1 ? (one === "one" ? unit : `1 ${unit}`) : `${units} ${unit}s`;
  }
  return `${ms / 1_000} seconds`;
}
