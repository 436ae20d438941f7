import { countRow, noCounts } from "@hangup/rates";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestEngine } from "@hangup/clickhouse/testing";
import { BASELINE_INTERVALS, MIN_RESETS, RECENT_INTERVALS } from "./rule.ts";
import { readSeries } from "./tallies.ts";
import { insertRows, type TestRow } from "./testing/teardown-rows.ts";

const interval = 2_000;
/** Recent, or the table's retention would take the rows away. */
const to = Math.floor(Date.now() / interval) * interval;
const from = to - (BASELINE_INTERVALS + RECENT_INTERVALS) * interval;

describe("readSeries on the real engine", () => {
  let engine: TestEngine;
  let rows: readonly TestRow[];

  beforeAll(async () => {
    engine = await TestEngine.start();
    rows = randomRows(20_000);
    await insertRows(engine.client, rows);
  });
  afterAll(() => engine?.stop());

  it("counts as the formulas count, row by row", async () => {
    const series = await readSeries(engine.client, to, interval);
    const expected = seriesOf(rows);
    expect(expected.length).toBeGreaterThan(3);
    expect(
      series.map(({ port, cause, intervals }) => [
        port,
        cause,
        intervals.map(({ current, baseline }) => [current, baseline]),
      ]),
    ).toEqual(expected);
  });

  it("names the servers with most of an interval's resets, as people write their addresses", async () => {
    const [first] = await readSeries(engine.client, to, interval);
    for (const [age, { topHosts, current }] of first.intervals.entries()) {
      const counts = new Map<string, number>();
      for (const row of rows) {
        if (isReset(row, first.port, first.cause) && ageOf(row) === age) {
          const host = row.server_ip.replace("::ffff:", "");
          counts.set(host, (counts.get(host) ?? 0) + 1);
        }
      }
      const sorted = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
      expect(topHosts).toEqual(sorted.slice(0, 5).map(([host, resets]) => ({ host, resets })));
      expect(topHosts.reduce((sum, { resets }) => sum + resets, 0)).toBeLessThanOrEqual(current.resets);
    }
  });
});

const ageOf = (row: TestRow): number => Math.floor((to - 1 - row.endTime) / interval);
const isReset = (row: TestRow, port: number, cause: string): boolean =>
  row.server_port === port && row.cause === cause && countOf([row], "resets") === 1;

function countOf(some: readonly TestRow[], name: "resets" | "teardowns"): number {
  const counts = noCounts();
  for (const row of some) countRow(counts, { ...row, midstream: false });
  return counts[name];
}

/** What the statement must answer, counted in plain TypeScript. */
function seriesOf(rows: readonly TestRow[]): unknown[] {
  const found: unknown[] = [];
  const ports = [...new Set(rows.map((row) => row.server_port))].toSorted((a, b) => a - b);
  const causes = [...new Set(rows.map((row) => row.cause))].toSorted();
  for (const port of ports) {
    const ofPort = rows.filter((row) => row.server_port === port && row.endTime >= from && row.endTime < to);
    for (const cause of causes) {
      const tally = (first: number, last: number): { resets: number; teardowns: number } => {
        const some = ofPort.filter((row) => ageOf(row) >= first && ageOf(row) <= last);
        return {
          resets: countOf(
            some.filter((row) => row.cause === cause),
            "resets",
          ),
          teardowns: countOf(some, "teardowns"),
        };
      };
      const intervals = Array.from({ length: RECENT_INTERVALS }, (_, age) => [
        tally(age, age),
        tally(age + 1, age + BASELINE_INTERVALS),
      ]);
      if (intervals.some(([current]) => current.resets >= MIN_RESETS)) found.push([port, cause, intervals]);
    }
  }
  return found;
}

/** Rows of every kind and stage, some outside of the time that counts, some exactly on its edges. */
function randomRows(count: number): TestRow[] {
  let seed = 4;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const pick = <T>(values: readonly T[]): T => values[random(values.length)];
  return Array.from({ length: count }, () => ({
    server_ip: pick([...Array.from({ length: 9 }, (_, i) => `::ffff:10.0.0.${i + 1}`), "2001:db8::7"]),
    server_port: pick([22, 443, 8080]),
    kind: pick(["fin", "fin", "reset", "timeout", "refused"]),
    cause: pick(["app_abort", "no_connection", "injected"]),
    stage: pick(["syn", "handshake", "established", "request", "data", "closing", "closed", "orphan"]),
    benign: pick([true, false, null]),
    endTime: pick([
      from - interval + random(to - from + 2 * interval),
      to - random(RECENT_INTERVALS * interval),
      to,
      to - interval,
      from,
    ]),
  }));
}
