import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alertId, fingerprint, type Alert, type Tally } from "./alert.ts";
import { detect, stateFrom, type AlertState, type Series } from "./detect.ts";
import { BASELINE_INTERVALS, holds, RECENT_INTERVALS, type Rule } from "./rule.ts";

const rule: Rule = { intervalMs: 60_000, quietIntervals: 10 };
const start = 1_790_000_040_000;

const empty: AlertState = { firing: new Map(), resolvedTimes: new Map() };
const tally = (resets: number, teardowns: number): Tally => ({ resets, teardowns });

/** What the query would answer at the end of interval `index` of a series whose intervals are `history`. */
function seriesAt(history: readonly Tally[], index: number, cause = "app_abort"): Series {
  const at = (i: number): Tally => history[i] ?? tally(0, 0);
  const intervals = Array.from({ length: RECENT_INTERVALS }, (_, age) => {
    let baseline = tally(0, 0);
    for (let i = index - age - BASELINE_INTERVALS; i < index - age; i++) {
      baseline = tally(baseline.resets + at(i).resets, baseline.teardowns + at(i).teardowns);
    }
    return { current: at(index - age), baseline, topHosts: [{ host: "10.0.0.5", resets: at(index - age).resets }] };
  });
  return { port: 443, cause, intervals };
}

const endOf = (index: number): number => start + (index + 1) * rule.intervalMs;

/** All changes over a history, one entry an interval; `restart` throws the memory away before every interval. */
function run(history: readonly Tally[], options: { quiet?: number; restart?: boolean } = {}): Alert[][] {
  const used = { ...rule, quietIntervals: options.quiet ?? rule.quietIntervals };
  let state = empty;
  const written = new Map<string, Alert>();
  return history.map((_, index) => {
    if (options.restart) state = stateFrom([...written.values()]);
    const step = detect(state, endOf(index), [seriesAt(history, index)], used);
    state = step.state;
    for (const alert of step.changes) written.set(alertId(alert), alert);
    return [...step.changes];
  });
}

const quiet = (count: number): Tally[] => Array.from({ length: count }, () => tally(3, 300));
const burst = (count: number): Tally[] => Array.from({ length: count }, () => tally(40, 310));
const changesOf = (steps: readonly Alert[][]): string[] =>
  steps.flatMap((changes, index) => changes.map((alert) => `${index} ${alert.state}`));

describe("holds", () => {
  const cases = [
    { name: "twice the rate and a point above", current: tally(6, 100), baseline: tally(30, 1_000), expected: true },
    { name: "just below twice", current: tally(59, 1_000), baseline: tally(30, 1_000), expected: false },
    {
      name: "exactly twice and exactly one point",
      current: tally(20, 1_000),
      baseline: tally(10, 1_000),
      expected: true,
    },
    {
      name: "twice, but less than a point above",
      current: tally(18, 1_000),
      baseline: tally(9, 1_000),
      expected: false,
    },
    { name: "4 resets are too few", current: tally(4, 20), baseline: tally(0, 1_000), expected: false },
    { name: "5 of 20 are enough", current: tally(5, 20), baseline: tally(0, 1_000), expected: true },
    { name: "19 connections are too few", current: tally(19, 19), baseline: tally(0, 1_000), expected: false },
    { name: "a baseline without teardowns is rate 0", current: tally(5, 20), baseline: tally(0, 0), expected: true },
    { name: "one point above rate 0, not less", current: tally(9, 901), baseline: tally(0, 0), expected: false },
    { name: "nothing at all", current: tally(0, 0), baseline: tally(0, 0), expected: false },
    { name: "all are reset, as ever", current: tally(300, 300), baseline: tally(9_000, 9_000), expected: false },
  ];
  it.each(cases)("$name: $expected", ({ current, baseline, expected }) => {
    expect(holds(current, baseline)).toBe(expected);
  });
});

describe("an alert's life", () => {
  it("fires in the second bad interval, is updated in each further one, resolves after ten quiet ones", () => {
    const steps = run([...quiet(60), ...burst(3), ...quiet(12)]);
    expect(changesOf(steps)).toEqual(["61 firing", "62 firing", "72 resolved"]);
    const [fired, updated, resolved] = steps.flat();
    expect(fired).toMatchObject({
      port: 443,
      cause: "app_abort",
      startedTime: endOf(59),
      updatedTime: endOf(61),
      resolvedTime: null,
      current: tally(40, 310),
      baseline: tally(180, 18_000),
      topHosts: [{ host: "10.0.0.5", resets: 40 }],
      version: endOf(61),
    });
    expect(updated).toMatchObject({ updatedTime: endOf(62), version: endOf(62), baseline: fired.baseline });
    expect(resolved).toMatchObject({ updatedTime: endOf(62), resolvedTime: endOf(72), state: "resolved" });
    expect(new Set(steps.flat().map(alertId))).toEqual(new Set([`443-app_abort-${endOf(59) / 1_000}`]));
  });

  const lives = [
    { name: "one bad interval does not fire", history: [...quiet(9), ...burst(1), ...quiet(5)], changes: [] },
    {
      name: "2 of the last 3, with a quiet one between",
      history: [...quiet(9), ...burst(1), ...quiet(1), ...burst(1), ...quiet(1)],
      changes: ["11 firing"],
    },
    {
      name: "2 of 4 do not fire",
      history: [...quiet(9), ...burst(1), ...quiet(2), ...burst(1), ...quiet(5)],
      changes: [],
    },
    { name: "a steady rate never fires, not even at the very start", history: burst(90), changes: [] },
    {
      name: "an incident longer than the baseline does not become the norm",
      history: [...quiet(60), ...burst(200), ...quiet(10)],
      changes: [...Array.from({ length: 199 }, (_, i) => `${61 + i} firing`), "269 resolved"],
    },
    {
      name: "a rate that stays for a day does",
      history: [...quiet(60), ...burst(1_500)],
      changes: [...Array.from({ length: 1_439 }, (_, i) => `${61 + i} firing`), "1509 resolved"],
    },
    {
      name: "it may fire again after it resolved",
      history: [...quiet(60), ...burst(2), ...quiet(10), ...burst(2)],
      changes: ["61 firing", "71 resolved", "73 firing"],
    },
  ];
  it.each(lives)("$name", ({ history, changes }) => {
    expect(changesOf(run(history))).toEqual(changes);
  });

  it("does not fire again on intervals that an alert resolved meanwhile has already counted", () => {
    const steps = run([...quiet(60), ...burst(2), ...quiet(4)], { quiet: 1 });
    expect(changesOf(steps)).toEqual(["61 firing", "62 resolved"]);
  });

  it("keeps the hour before it began as the baseline, not that of the moment it fired", () => {
    const young = [tally(1, 100), tally(40, 100), tally(40, 100)];
    expect(run(young).flat()).toMatchObject([{ baseline: tally(1, 100) }]);
    const nothingBefore = [tally(0, 0), tally(10, 100), tally(40, 100)];
    expect(run(nothingBefore).flat()).toMatchObject([{ baseline: tally(10, 100) }]);
  });

  it("counts rows that came late, up to two intervals", () => {
    const history = [...quiet(60), ...burst(2), ...quiet(1)];
    const late = history.map((one, i) => (i >= 60 ? tally(0, 0) : one));
    const first = detect(empty, endOf(61), [seriesAt(late, 61)], rule);
    expect(first.changes).toEqual([]);
    const second = detect(first.state, endOf(62), [seriesAt(history, 62)], rule);
    expect(second.changes).toMatchObject([{ startedTime: endOf(59), updatedTime: endOf(61), version: endOf(62) }]);
  });

  it("resolves what the query no longer mentions", () => {
    const { state } = detect(empty, endOf(61), [seriesAt([...quiet(60), ...burst(2)], 61)], rule);
    expect(detect(state, endOf(70), [], rule).changes).toEqual([]);
    expect(detect(state, endOf(71), [], rule).changes).toMatchObject([{ state: "resolved", resolvedTime: endOf(71) }]);
  });
});

describe("over any history", () => {
  const anyTally = fc
    .tuple(fc.constantFrom(0, 10, 20, 300), fc.constantFrom(0, 0.01, 0.05, 0.5, 1))
    .map(([teardowns, share]) => tally(Math.round(teardowns * share), teardowns));
  const anyHistory = fc.array(anyTally, { minLength: 1, maxLength: 90 });
  const property = { seed: 4, numRuns: 100 };

  it("a restart between any two intervals changes nothing", () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 1, max: 12 }), (history, quietIntervals) => {
        expect(run(history, { quiet: quietIntervals, restart: true })).toEqual(run(history, { quiet: quietIntervals }));
      }),
      property,
    );
  });

  it("each alert fires once, is updated only while it is firing, and resolves at most once; versions rise", () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 1, max: 12 }), (history, quietIntervals) => {
        const alerts = run(history, { quiet: quietIntervals }).flat();
        const previous = alerts.map((_, i) => (i === 0 || alerts[i - 1].state === "resolved" ? null : alerts[i - 1]));
        const told = alerts.map((alert, i) => [previous[i] === null, alert.state]);
        expect(told).not.toContainEqual([true, "resolved"]);
        for (const [i, alert] of alerts.entries()) {
          expect(alertId(alert)).toBe(alertId(previous[i] ?? alert));
          expect(alert.version).toBeGreaterThan(previous[i]?.version ?? 0);
        }
      }),
      property,
    );
  });

  it("no alert without an interval in which the rule held", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const alert of run(history).flat()) {
          expect(holds(alert.current, alert.baseline)).toBe(true);
          expect(alert.updatedTime).toBeGreaterThan(alert.startedTime);
        }
      }),
      property,
    );
  });

  it("series do not touch each other", () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (one, other) => {
        let state = empty;
        const seen: Alert[] = [];
        const length = Math.max(one.length, other.length);
        for (let i = 0; i < length; i++) {
          const both = [seriesAt(one, i), seriesAt(other, i, "no_connection")];
          const step = detect(state, endOf(i), both, rule);
          state = step.state;
          seen.push(...step.changes.filter((alert) => fingerprint(alert) === "443-app_abort"));
        }
        const alone = run([...one, ...Array.from({ length: length - one.length }, () => tally(0, 0))]);
        expect(seen).toEqual(alone.flat());
      }),
      property,
    );
  });
});
