import { createLogger, createRegistry } from "@hangup/service";
import { describe, expect, it } from "vitest";
import { ManualClock } from "@hangup/service/testing";
import { alertId, type Alert, type Tally } from "./alert.ts";
import type { Series } from "./detect.ts";
import type { Ledger } from "./ledger.ts";
import { createMetrics } from "./metrics.ts";
import { BASELINE_INTERVALS } from "./rule.ts";
import { alertOf } from "./testing/alerts.ts";
import { Watch } from "./watch.ts";

const minute = 60_000;
/** A whole minute. */
const noon = 1_790_000_040_000;
const rule = { intervalMs: minute, quietIntervals: 2 };
const delayMs = 5_000;
const log = createLogger("alert");
log.level = "silent";

const tally = (resets: number, teardowns: number): Tally => ({ resets, teardowns });

/** Figures in which the minutes ending at `bad` are bad and all others are quiet. */
function seriesOf(bad: readonly number[]): (to: number) => Series[] {
  return (to) => [
    {
      port: 443,
      cause: "app_abort",
      intervals: [0, 1, 2].map((age) => ({
        current: bad.includes(to - age * minute) ? tally(40, 300) : tally(3, 300),
        baseline: tally(180, 18_000),
        topHosts: [],
      })),
    },
  ];
}

/** A watch over made-up figures, with what it asked, wrote and told. `failing` decides which requests fail. */
function setUp(
  options: { now?: number; bad?: readonly number[]; written?: Alert[]; failing?: ("load" | "query" | "write")[] } = {},
) {
  const clock = new ManualClock(options.now ?? noon + 20_000);
  const registry = createRegistry();
  const metrics = createMetrics(registry, () => 0);
  const table = new Map((options.written ?? []).map((alert) => [alertId(alert), alert]));
  const asked: number[] = [];
  const told: { changes: string[]; firing: number }[] = [];
  const failing = new Set(options.failing ?? []);
  const refuse = (request: "load" | "query" | "write"): void => {
    if (failing.has(request)) throw new Error(`${request}: nobody answers`);
  };
  const ledger: Ledger = {
    load: async () => {
      refuse("load");
      return { alerts: [...table.values()], delivered: new Set() };
    },
    delivered: async () => undefined,
    write: async (alerts) => {
      refuse("write");
      for (const alert of alerts) table.set(alertId(alert), alert);
    },
  };
  const figures = seriesOf(options.bad ?? []);
  const watch = new Watch({
    rule,
    delayMs,
    clock,
    readSeries: async (to) => {
      refuse("query");
      asked.push(to);
      return figures(to);
    },
    ledger,
    receivers: [
      {
        resume: ({ alerts }) => void told.push({ changes: [], firing: alerts.length }),
        announce: (changes, firing) =>
          void told.push({ changes: changes.map(({ state }) => state), firing: firing.length }),
        close: async () => undefined,
      },
    ],
    metrics,
    log,
  });
  const stop = new AbortController();
  const running = watch.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { clock, registry, watch, table, asked, told, failing, end };
}

describe("Watch", () => {
  it("judges each interval once, so long after its end that its rows have arrived", async () => {
    const { clock, asked, watch, end } = setUp();
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      await clock.advance();
      await clock.someoneSleeps();
      times.push(clock.now());
    }
    await end();
    expect(asked).toEqual([noon, noon + minute, noon + 2 * minute, noon + 3 * minute]);
    expect(times).toEqual([1, 2, 3].map((i) => noon + i * minute + delayMs));
    expect(watch.judgedUntil).toBe(noon + 3 * minute);
  });

  it("writes and tells: fires, updates, resolves", async () => {
    const bad = [noon, noon + minute, noon + 2 * minute];
    const { clock, told, table, end } = setUp({ bad });
    for (let i = 0; i < 4; i++) await clock.advance();
    await clock.someoneSleeps();
    await end();
    expect(told.flatMap(({ changes }) => changes)).toEqual(["firing", "firing", "resolved"]);
    expect([...table.values()]).toMatchObject([
      { state: "resolved", updatedTime: noon + 2 * minute, resolvedTime: noon + 4 * minute },
    ]);
  });

  it("judges in order what ended while ClickHouse was away, and says meanwhile why it is not ready", async () => {
    const bad = [noon + minute, noon + 2 * minute, noon + 3 * minute];
    const { clock, asked, told, watch, failing, end } = setUp({ bad });
    await clock.someoneSleeps();
    expect(watch.trouble).toBeNull();
    failing.add("query");
    while (clock.now() < noon + 5 * minute) await clock.advance();
    await clock.someoneSleeps();
    expect(watch.trouble).toBe("query: nobody answers");
    failing.clear();
    while (asked.at(-1) !== noon + 6 * minute) await clock.advance();
    await end();
    expect(watch.trouble).toBeNull();
    // The first answer after the time away is asked for twice: its rows may still be on their way.
    expect(asked).toEqual([0, 1, 1, 2, 3, 4, 5, 6].map((i) => noon + i * minute));
    expect(told.flatMap(({ changes }) => changes)).toEqual(["firing", "firing", "resolved"]);
  });

  it("tells people at once although the table cannot be written, once, and writes later", async () => {
    const { clock, told, table, failing, end } = setUp({ bad: [noon - minute, noon] });
    failing.add("write");
    for (let i = 0; i < 3; i++) await clock.advance();
    expect(told.flatMap(({ changes }) => changes)).toEqual(["firing"]);
    expect(table.size).toBe(0);
    failing.clear();
    while (clock.now() < noon + minute) await clock.advance();
    await end();
    expect(told.flatMap(({ changes }) => changes)).toEqual(["firing"]);
    expect([...table.values()]).toMatchObject([{ state: "firing" }]);
  });

  it("goes on after a restart where it ended: what it had missed decides whether it was quiet", async () => {
    const fired = alertOf({ updatedTime: noon, version: noon });
    const now = noon + 5 * minute + 20_000;
    const calm = setUp({ now, written: [fired] });
    await calm.clock.someoneSleeps();
    await calm.end();
    expect(calm.told).toEqual([
      { changes: [], firing: 1 },
      { changes: [], firing: 1 },
      { changes: ["resolved"], firing: 0 },
      ...Array.from({ length: 3 }, () => ({ changes: [], firing: 0 })),
    ]);
    const bad = [1, 2, 3, 4].map((i) => noon + i * minute);
    const stormy = setUp({ now, written: [fired], bad });
    await stormy.clock.someoneSleeps();
    await stormy.end();
    expect([...stormy.table.values()]).toMatchObject([{ state: "firing", updatedTime: noon + 4 * minute }]);
  });

  it("waits for the alerts of its former life, however long", async () => {
    const fired = alertOf({ updatedTime: noon, version: noon });
    const { clock, asked, told, watch, failing, end } = setUp({ written: [fired], failing: ["load"] });
    while (clock.now() < noon + 2 * minute) await clock.advance();
    expect(watch.trouble).toBe("load: nobody answers");
    expect(asked).toEqual([]);
    failing.clear();
    await clock.advance();
    await clock.someoneSleeps();
    await end();
    expect(watch.trouble).toBeNull();
    expect(told[0]).toEqual({ changes: [], firing: 1 });
    expect(asked.slice(0, 3)).toEqual([noon, noon + minute, noon + 2 * minute]);
  });

  it("skips, and counts, what ended more than an hour of intervals ago", async () => {
    const { clock, asked, registry, failing, end } = setUp();
    await clock.someoneSleeps();
    failing.add("query");
    await clock.advance();
    while (clock.now() < noon + 100 * minute) await clock.advance();
    failing.clear();
    while (asked.at(-1) !== noon + 101 * minute) await clock.advance();
    await end();
    expect(asked.slice(0, 4)).toEqual([noon, noon + minute, noon + minute, noon + (100 - BASELINE_INTERVALS) * minute]);
    expect(await registry.metrics()).toContain("hangup_alerter_skipped_intervals_total 38");
  });
});
