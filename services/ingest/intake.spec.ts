import { createLogger, createRegistry } from "@hangup/service";
import type { OutgoingMessage } from "@hangup/kafka";
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock, settled } from "@hangup/service/testing";
import { BlockFormer, type Block } from "./block.ts";
import { Intake } from "./intake.ts";
import { createMetrics } from "./metrics.ts";
import { RecordedFetch } from "./testing/fetch.ts";
import { batchOf, message, NOW_MS } from "./testing/rows.ts";
import { BlockWriter } from "./writer.ts";

const log = createLogger("ingest-test");
log.level = "silent";

/** An intake whose inserts the test answers, one after the other. */
class Bench {
  readonly clock = new ManualClock(NOW_MS);
  readonly registry = createRegistry();
  readonly inserts: { readonly block: Block; readonly atMs: number }[] = [];
  readonly letters: OutgoingMessage[] = [];
  insert: () => Promise<void> = () => Promise.resolve();
  readonly writer: BlockWriter;
  readonly intake: Intake;

  constructor({ maxRows = 100_000, maxAgeMs = 500 } = {}) {
    const parts = { clock: this.clock, metrics: createMetrics(this.registry), log };
    this.writer = new BlockWriter({
      ...parts,
      insert: (block) => {
        this.inserts.push({ block, atMs: this.clock.now() - NOW_MS });
        return this.insert();
      },
    });
    this.intake = new Intake({
      ...parts,
      former: new BlockFormer({ maxRows, maxBytes: 1e9 }),
      writer: this.writer,
      deadLetters: {
        send: (_topic, messages) => {
          this.letters.push(...messages);
          return Promise.resolve();
        },
      },
      deadLetterTopic: "hangup.teardowns.v1.dlq",
      maxAgeMs,
      retentionMs: 30 * 86_400_000,
    });
  }

  async metric(line: string): Promise<string | undefined> {
    const text = await this.registry.metrics();
    return text
      .split("\n")
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.slice(line.length + 1);
  }
}

const fetchOf = (from: number, count: number, behind = 0): RecordedFetch =>
  new RecordedFetch(
    Array.from({ length: count }, (_, i) => message(from + i, batchOf((from + i) * 5, 5))),
    behind,
  );

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});

describe("when blocks are written", () => {
  test("the first fetch at once; the next, caught up, when the first is half of max-age old", async () => {
    await bench.intake.handle(fetchOf(0, 1));
    expect(bench.inserts.map(({ atMs }) => atMs)).toEqual([0]);

    await bench.clock.pass(10);
    const second = fetchOf(1, 1);
    const handled = bench.intake.handle(second);
    await bench.clock.pass(239);
    expect(bench.inserts).toHaveLength(1);
    await bench.clock.pass(1);
    await handled;
    expect(bench.inserts.map(({ atMs }) => atMs)).toEqual([0, 250]);
    expect(second.commits).toEqual([2n]);
  });

  test("without delay while there is a backlog, and after a quiet time", async () => {
    for (const behind of [20, 10]) await bench.intake.handle(fetchOf(20 - behind, 10, behind));
    expect(bench.inserts.map(({ atMs }) => atMs)).toEqual([0, 0]);
    await bench.clock.pass(10_000);
    await bench.intake.handle(fetchOf(20, 1));
    expect(bench.inserts.map(({ atMs }) => atMs)).toEqual([0, 0, 10_000]);
  });

  test("partitions do not wait for each other", async () => {
    await bench.intake.handle(fetchOf(0, 1));
    await bench.intake.handle(new RecordedFetch([message(0, batchOf(0, 1))], 0, 4));
    expect(bench.inserts).toHaveLength(2);
  });

  describe("with a wait that is longer than Kafka's patience", () => {
    let second: RecordedFetch;
    beforeEach(async () => {
      bench = new Bench({ maxAgeMs: 25_000 });
      await bench.intake.handle(fetchOf(0, 1));
      second = fetchOf(1, 1);
    });

    test("the membership is kept alive", async () => {
      const handled = bench.intake.handle(second);
      await bench.clock.pass(12_000);
      expect(bench.inserts).toHaveLength(1);
      expect(second.heartbeats).toBe(6);
      await bench.clock.pass(500);
      await handled;
      expect(second.commits).toEqual([2n]);
    });

    test("a heartbeat that fails ends it with its error: nothing is stored that another member reads too", async () => {
      second.heartbeatError = new Error("The group is rebalancing");
      const outcome = bench.intake.handle(second).catch((error: unknown) => error);
      await bench.clock.pass(2_000);
      expect(await outcome).toBe(second.heartbeatError);
      expect(bench.inserts).toHaveLength(1);
      expect(second.commits).toEqual([]);
    });
  });

  test("a stop ends the wait: what is in hand is written and committed", async () => {
    await bench.intake.handle(fetchOf(0, 1));
    const last = fetchOf(1, 1);
    const handled = bench.intake.handle(last);
    await settled();
    bench.intake.stop();
    await handled;
    expect(last.commits).toEqual([2n]);
  });
});

describe("offsets", () => {
  test("are committed block by block, each after its insert", async () => {
    bench = new Bench({ maxRows: 10 });
    const fetch = fetchOf(0, 5);
    const committedBefore: bigint[][] = [];
    bench.insert = () => {
      committedBefore.push([...fetch.commits]);
      return Promise.resolve();
    };
    await bench.intake.handle(fetch);
    expect(committedBefore).toEqual([[], [2n], [2n, 4n]]);
    expect(fetch.commits).toEqual([2n, 4n, 5n]);
    expect(await bench.metric("hangup_ingest_rows_total")).toBe("25");
    expect(await bench.metric('hangup_ingest_lag_messages{partition="3"}')).toBe("0");
  });

  test("wait while ClickHouse is away: the same bytes again, later and later, with signs of life to Kafka", async () => {
    let refusals = 6;
    bench.insert = () =>
      refusals-- > 0 ? Promise.reject(new Error("no ClickHouse server answers")) : Promise.resolve();
    const fetch = fetchOf(0, 2);
    const handled = bench.intake.handle(fetch);
    await bench.clock.pass(10_000);
    expect(fetch.commits).toEqual([]);
    expect(bench.writer.problem).toBe("no ClickHouse server answers");
    expect(fetch.heartbeats).toBe(5);
    await bench.clock.pass(10_000);
    await handled;
    expect(bench.inserts.map(({ atMs }) => atMs)).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 15_750]);
    expect(new Set(bench.inserts.map(({ block }) => block)).size).toBe(1);
    expect(fetch.commits).toEqual([2n]);
    expect(bench.writer.problem).toBeNull();
    expect(await bench.metric("hangup_ingest_insert_failures_total")).toBe("6");
  });

  test("a slow insert keeps the membership alive", async () => {
    const answer = Promise.withResolvers<void>();
    bench.insert = () => answer.promise;
    const fetch = fetchOf(0, 1);
    const handled = bench.intake.handle(fetch);
    await bench.clock.pass(9_000);
    expect(fetch.heartbeats).toBe(4);
    answer.resolve();
    await handled;
    expect(fetch.commits).toEqual([1n]);
  });

  describe("when a heartbeat says that the group changes", () => {
    const rebalancing = new Error("The group is rebalancing");

    test("while ClickHouse is away: the fetch is given up with the heartbeat's error, for Kafka's client to see", async () => {
      bench.insert = () => Promise.reject(new Error("no ClickHouse server answers"));
      const fetch = fetchOf(0, 1);
      fetch.heartbeatError = rebalancing;
      const outcome = bench.intake.handle(fetch).catch((error: unknown) => error);
      await bench.clock.pass(2_000);
      expect(await outcome).toBe(rebalancing);
      expect(fetch.commits).toEqual([]);
    });

    test("while an insert runs that then succeeds: it is committed, as the group still takes it", async () => {
      const answer = Promise.withResolvers<void>();
      bench.insert = () => answer.promise;
      const fetch = fetchOf(0, 1);
      fetch.heartbeatError = rebalancing;
      const handled = bench.intake.handle(fetch);
      await bench.clock.pass(5_000);
      answer.resolve();
      await handled;
      expect(fetch.heartbeats).toBe(1);
      expect(fetch.commits).toEqual([1n]);
    });
  });

  test("of a partition that was taken away meanwhile are not committed", async () => {
    const fetch = fetchOf(0, 1);
    bench.insert = () => {
      fetch.isStale = true;
      return Promise.resolve();
    };
    await bench.intake.handle(fetch);
    expect(fetch.commits).toEqual([]);
    expect(await bench.metric('hangup_ingest_lag_messages{partition="3"}')).toBeUndefined();
  });

  test("a stop while ClickHouse is away leaves them to the next run, loudly: nothing behind them may be committed", async () => {
    bench.insert = () => Promise.reject(new Error("no ClickHouse server answers"));
    const fetch = fetchOf(7, 2);
    const outcome = bench.intake.handle(fetch).then(
      () => "handled",
      (error: unknown) => String(error),
    );
    await bench.clock.pass(1_000);
    bench.intake.stop();
    expect(await outcome).toContain("offsets 7 to 8");
    expect(fetch.commits).toEqual([]);
  });
});

describe("dead letters", () => {
  test("carry key, value, reason and origin, and the offset moves on", async () => {
    const poison = Buffer.from("not a batch");
    const fetch = new RecordedFetch([message(41, poison), message(42, batchOf(0, 5))]);
    await bench.intake.handle(fetch);
    expect(bench.letters).toHaveLength(1);
    expect(bench.letters[0]).toMatchObject({
      key: Buffer.from("edge-01"),
      value: poison,
      headers: {
        "hangup-reason": "bad_seal",
        "hangup-topic": "hangup.teardowns.v1",
        "hangup-partition": "3",
        "hangup-offset": "41",
        "hangup-timestamp-ms": String(NOW_MS - 100),
      },
    });
    expect(bench.inserts.map(({ block }) => block.rows)).toEqual([5]);
    expect(fetch.commits).toEqual([43n]);
    expect(await bench.metric('hangup_ingest_dead_letters_total{reason="bad_seal"}')).toBe("1");
  });

  test("alone need no insert", async () => {
    const fetch = new RecordedFetch([message(5, null)]);
    await bench.intake.handle(fetch);
    expect(bench.inserts).toEqual([]);
    expect(bench.letters[0].value).toHaveLength(0);
    expect(fetch.commits).toEqual([6n]);
  });

  test("too long for the broker are cut, and say so", async () => {
    await bench.intake.handle(new RecordedFetch([message(5, Buffer.alloc(1_000_000, "x"))]));
    expect(bench.letters[0].value).toHaveLength(900_000);
    expect(bench.letters[0].headers).toMatchObject({ "hangup-cut-bytes": "100000" });
  });

  test("that Kafka does not take are no commit: the fetch is read again", async () => {
    const intake = new Intake({
      clock: bench.clock,
      metrics: createMetrics(createRegistry()),
      log,
      former: new BlockFormer({ maxRows: 10, maxBytes: 1e9 }),
      writer: bench.writer,
      deadLetters: { send: () => Promise.reject(new Error("no Kafka broker answers")) },
      deadLetterTopic: "hangup.teardowns.v1.dlq",
      maxAgeMs: 500,
      retentionMs: 1e9,
    });
    const fetch = new RecordedFetch([message(5, null)]);
    await expect(intake.handle(fetch)).rejects.toThrow("no Kafka broker answers");
    expect(fetch.commits).toEqual([]);
  });
});
