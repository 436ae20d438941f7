import { fingerprint, type Alert, type HostResets, type Tally } from "./alert.ts";
import { holds, MIN_TEARDOWNS, NORM_INTERVALS, OPEN_INTERVALS, RECENT_INTERVALS, type Rule } from "./rule.ts";
import { summaryOf } from "./summary.ts";

/** One interval of one series, and the 60 intervals before it. */
export interface IntervalTally {
  readonly current: Tally;
  readonly baseline: Tally;
  /** Most first. */
  readonly topHosts: readonly HostResets[];
}

/** One port × cause. `intervals[0]` has just ended, `intervals[1]` is the one before it, and so on: three of them. */
export interface Series {
  readonly port: number;
  readonly cause: string;
  readonly intervals: readonly IntervalTally[];
}

/** Everything that the alerter remembers; all of it can be read back from `hangup.alerts`. Keys are fingerprints. */
export interface AlertState {
  readonly firing: ReadonlyMap<string, Alert>;
  /** When a series' last alert was resolved. */
  readonly resolvedTimes: ReadonlyMap<string, number>;
}

export interface Step {
  readonly state: AlertState;
  /** Alerts that fired, were updated, or resolved, as they are now. */
  readonly changes: readonly Alert[];
}

/**
 * Judges the interval that ended at `to`. Pure: the same state and figures give the same changes. Which intervals count
 * towards opening is read from the figures and not remembered, so rows that came late are counted and a restart
 * forgets nothing.
 *
 * @param to end of the interval, milliseconds since the Unix epoch.
 * @param series those with enough resets in one of the last three intervals; any other is quiet.
 */
export function detect(state: AlertState, to: number, series: readonly Series[], rule: Rule): Step {
  const firing = new Map(state.firing);
  const resolvedTimes = new Map(state.resolvedTimes);
  const changes: Alert[] = [];
  const change = (alert: Alert): void => {
    const told = { ...alert, summary: summaryOf(alert, rule), version: to };
    if (told.resolvedTime === null) firing.set(fingerprint(told), told);
    else {
      firing.delete(fingerprint(told));
      resolvedTimes.set(fingerprint(told), told.resolvedTime);
    }
    changes.push(told);
  };

  for (const one of series) {
    const known = state.firing.get(fingerprint(one));
    const next = known
      ? updated(known, to, one, rule)
      : opened(to, one, state.resolvedTimes.get(fingerprint(one)) ?? -Infinity, rule);
    if (next) change(next);
  }
  for (const alert of firing.values()) {
    if (to - alert.updatedTime < rule.quietIntervals * rule.intervalMs) continue;
    change({ ...alert, state: "resolved", resolvedTime: to });
  }
  // What was resolved longer ago than a new alert can start is forgotten.
  for (const [key, time] of resolvedTimes) {
    if (time <= to - RECENT_INTERVALS * rule.intervalMs) resolvedTimes.delete(key);
  }
  return { state: { firing, resolvedTimes }, changes };
}

/** A firing alert with the figures of the newest interval in which the rule held, null when it already has them. */
function updated(alert: Alert, to: number, series: Series, rule: Rule): Alert | null {
  const isNorm = to - alert.startedTime > NORM_INTERVALS * rule.intervalMs;
  for (const [age, interval] of series.intervals.entries()) {
    const end = to - age * rule.intervalMs;
    if (end <= alert.updatedTime) return null;
    if (!holds(interval.current, isNorm ? interval.baseline : alert.baseline)) continue;
    return { ...alert, updatedTime: end, current: interval.current, topHosts: interval.topHosts };
  }
  return null;
}

/**
 * A new alert, or null. Intervals that began before `after` (the last alert's end) do not count twice.
 *
 * What it rose from is the hour before it all began: the baseline of the oldest of the recent intervals in which the rule
 * held. The later ones are compared with it too, since their own already hold the rise, which hides it while little came
 * before. Only where too little came before to say anything, each keeps its own: see `holds` for a fresh start.
 */
function opened(to: number, series: Series, after: number, rule: Rule): Alert | null {
  const recent = series.intervals.filter((_, age) => to - (age + 1) * rule.intervalMs >= after);
  const oldest = recent.findLastIndex((interval) => holds(interval.current, interval.baseline));
  if (oldest < 0) return null;
  const before = recent[oldest].baseline;
  const baselineOf = (interval: IntervalTally): Tally =>
    before.teardowns >= MIN_TEARDOWNS ? before : interval.baseline;
  const ages = [...recent.keys()].filter((age) => age <= oldest && holds(recent[age].current, baselineOf(recent[age])));
  if (ages.length < OPEN_INTERVALS) return null;
  const newest = recent[ages[0]];
  return {
    state: "firing",
    port: series.port,
    cause: series.cause,
    startedTime: to - (oldest + 1) * rule.intervalMs,
    updatedTime: to - ages[0] * rule.intervalMs,
    resolvedTime: null,
    current: newest.current,
    baseline: baselineOf(newest),
    topHosts: newest.topHosts,
    summary: "",
    version: to,
  };
}

/** The state after a restart, from the newest row of each alert. */
export function stateFrom(alerts: readonly Alert[]): AlertState {
  const firing = new Map<string, Alert>();
  const resolvedTimes = new Map<string, number>();
  for (const alert of alerts) {
    const key = fingerprint(alert);
    if (alert.resolvedTime === null) firing.set(key, alert);
    else resolvedTimes.set(key, Math.max(alert.resolvedTime, resolvedTimes.get(key) ?? 0));
  }
  return { firing, resolvedTimes };
}
