import { queryRows } from "@hangup/clickhouse";
import { createConsumer, createProducer, deadLetterTopic, TEARDOWNS_TOPIC, type IncomingMessage } from "@hangup/kafka";
import type { Teardown } from "@hangup/teardowns";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { orReason, TestEngine } from "@hangup/clickhouse/testing";
import { freePort } from "@hangup/service/testing";
import { TestBroker } from "./testing/broker.ts";
import { encoded, knownRow } from "./testing/rows.ts";
import { eventually, IngestProcess } from "./testing/service.ts";
import { expectedRow, storedRows } from "./testing/stored-rows.ts";

const startBoth = async () => {
  const broker = await TestBroker.start();
  return { broker, engine: await TestEngine.start() };
};
const { got: backends, reason } = await orReason(startBoth);
const broker = backends?.broker as TestBroker;
const engine = backends?.engine as TestEngine;
const producer = backends ? createProducer({ brokers: [broker.bootstrapServer], clientId: "ingest-test" }) : null;

afterAll(async () => {
  await producer?.close();
  await engine?.stop();
  await broker?.stop();
});

const running: IngestProcess[] = [];
afterEach(async () => {
  for (const ingest of running.splice(0)) await ingest.stop();
});

/** A member of the group, reading. The tests share one group, so that each begins where the one before ended. */
async function start(options: readonly string[] = []): Promise<IngestProcess> {
  const places = ["--bootstrap-server", broker.bootstrapServer, "--clickhouse", engine.url, "--session-timeout", "6s"];
  const ingest = await IngestProcess.spawn([...places, ...options]);
  running.push(ingest);
  await ingest.ready();
  return ingest;
}

/** Rows `first` … of a collector, in messages of `size`. */
function rowsOf(
  collector: string,
  count: number,
  first = 0,
  overrides: (seq: number) => Partial<Teardown> = () => ({}),
): Teardown[] {
  return Array.from({ length: count }, (_, i) => knownRow(first + i, { collector, ...overrides(first + i) }, nowMs));
}

const nowMs = Date.now();

async function send(collector: string, values: readonly Buffer[], topic = TEARDOWNS_TOPIC): Promise<void> {
  const key = Buffer.from(collector);
  await producer?.send(
    topic,
    values.map((value) => ({ key, value })),
  );
}

function messages(rows: readonly Teardown[], size: number): Buffer[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => encoded(rows.slice(i * size, (i + 1) * size)));
}

interface Tally {
  readonly rows: number;
  readonly distinct: number;
}

async function tally(collector: string): Promise<Tally> {
  const [row] = await queryRows<Tally>(
    engine.client,
    "SELECT count() AS rows, uniqExact(epoch, seq) AS distinct FROM hangup.teardowns WHERE collector = {collector:String}",
    { parameters: { collector } },
  );
  return row;
}

const stored = (collector: string, count: number): Promise<Tally> =>
  eventually(
    () => tally(collector),
    ({ distinct }) => distinct >= count,
  );

/** All dead letters that a collector's key has, once there are `count`. */
async function deadLetters(collector: string, count: number): Promise<IncomingMessage[]> {
  const found: IncomingMessage[] = [];
  const consumer = createConsumer({
    brokers: [broker.bootstrapServer],
    clientId: "ingest-test",
    groupId: `dlq-${collector}`,
  });
  await consumer.run([deadLetterTopic(TEARDOWNS_TOPIC)], (fetch) => {
    found.push(...fetch.messages.filter(({ key }) => key?.toString() === collector));
    return Promise.resolve();
  });
  await eventually(
    () => Promise.resolve(found.length),
    (length) => length >= count,
  );
  await consumer.stop();
  return found;
}

describe.skipIf(backends === null)(`ingest, a real broker and a real engine ${reason}`, () => {
  test("what a collector sent is in ClickHouse, every column of it", async () => {
    const ingest = await start();
    const rows = rowsOf("columns", 1_200);
    await send("columns", messages(rows, 500));
    await stored("columns", rows.length);

    const found = await storedRows(engine.client, "columns");
    const [{ kafka_partition: partition, kafka_offset: offset }] = found;
    expect(found).toEqual(
      rows.map((row, i) => expectedRow(row, Number(partition), Number(offset) + Math.floor(i / 500))),
    );
    expect(await ingest.metric("hangup_ingest_rows_total")).toBe(1_200);
    expect(await ingest.metric(`hangup_ingest_lag_messages{partition="${String(partition)}"}`)).toBe(0);
  });

  test("topics that are missing are made, as they are for a first run", async () => {
    const ingest = await start(["--topic", "another.topic", "--group", "another-group"]);
    await send("first-run", [...messages(rowsOf("first-run", 10), 10), Buffer.from("no batch")], "another.topic");
    await stored("first-run", 10);
    await eventually(
      () => ingest.metric('hangup_ingest_dead_letters_total{reason="bad_seal"}'),
      (count) => count === 1,
    );
    expect(await tally("first-run")).toEqual({ rows: 10, distinct: 10 });
  });

  test("a message that cannot be read goes to the dead letters with its origin; those around it are stored", async () => {
    const ingest = await start();
    const [first, last] = messages(rowsOf("poison", 20), 10);
    await send("poison", [first, Buffer.from("no batch at all"), first.subarray(0, 100), last]);
    await stored("poison", 20);

    const letters = await deadLetters("poison", 2);
    expect(
      letters.map(({ value, headers }) => [
        value?.toString("latin1").slice(0, 8),
        headers["hangup-reason"],
        headers["hangup-topic"],
      ]),
    ).toEqual([
      ["no batch", "bad_seal", TEARDOWNS_TOPIC],
      [first.toString("latin1", 0, 8), "bad_seal", TEARDOWNS_TOPIC],
    ]);
    expect(Number(letters[1].headers["hangup-offset"])).toBe(Number(letters[0].headers["hangup-offset"]) + 1);
    expect(await ingest.metric('hangup_ingest_dead_letters_total{reason="bad_seal"}')).toBe(2);

    // The offset went on: the next run finds none of it again.
    await ingest.stop();
    const next = await start();
    await send("poison", messages(rowsOf("poison", 1, 20), 1));
    await stored("poison", 21);
    expect(await tally("poison")).toEqual({ rows: 21, distinct: 21 });
    expect(await next.metric('hangup_ingest_dead_letters_total{reason="bad_seal"}')).toBe(0);
  });

  test("rows older than the retention or far ahead are set aside, the rest of their message is stored", async () => {
    const ingest = await start(["--retention", "24h"]);
    const odd: Record<number, number> = { 3: nowMs - 25 * 3_600_000, 7: nowMs + 2 * 3_600_000 };
    const rows = rowsOf("range", 10, 0, (seq) => (odd[seq] === undefined ? {} : { end_time: odd[seq] * 1_000 }));
    await send("range", messages(rows, 10));
    await stored("range", 8);

    expect((await storedRows(engine.client, "range")).map(({ seq }) => seq)).toEqual([0, 1, 2, 4, 5, 6, 8, 9]);
    const [letter] = await deadLetters("range", 1);
    expect(letter.headers).toMatchObject({ "hangup-reason": "out_of_range" });
    expect(letter.value).toEqual(encoded(rows));
    expect(await ingest.metric("hangup_ingest_out_of_range_rows_total")).toBe(2);
  });

  test("the engine is killed in mid-stream and away for a while: nothing is lost, /readyz says why, and it goes on by itself", async () => {
    const ingest = await start();
    const rows = rowsOf("outage", 20_000);
    const values = messages(rows, 100);
    await send("outage", values.slice(0, 50));
    await eventually(
      () => tally("outage"),
      ({ distinct }) => distinct > 0,
    );
    const pouring = (async () => {
      for (let i = 50; i < values.length; i += 10) await send("outage", values.slice(i, i + 10));
    })();
    await engine.kill();
    await pouring;
    const problem = await eventually(
      () => ingest.readyz(),
      (text) => text !== "ok",
    );
    expect(problem).toContain("ClickHouse");
    expect(await ingest.metric("hangup_ingest_insert_failures_total")).toBeGreaterThan(0);

    await engine.restart();
    const { distinct } = await stored("outage", rows.length);
    expect(distinct).toBe(rows.length);
    await eventually(
      () => ingest.readyz(),
      (text) => text === "ok",
    );
  });

  test("killed in mid-stream itself: the next run goes on where it had committed", async () => {
    const rows = rowsOf("killed", 60_000);
    const values = messages(rows, 100);
    const first = await start(["--max-rows", "500"]);
    await send("killed", values);
    await eventually(
      () => tally("killed"),
      ({ distinct }) => distinct > 0,
    );
    await first.stop("SIGKILL");
    const before = await tally("killed");
    await start();
    const after = await stored("killed", rows.length);
    expect(before.distinct).toBeLessThan(rows.length);
    expect(after.distinct).toBe(rows.length);
    // At most the block in flight is there twice.
    expect(after.rows - after.distinct).toBeLessThanOrEqual(600);
  });

  test("members that come and go share the partitions, and nothing is lost", async () => {
    const collectors = ["shared-a", "shared-b", "shared-c", "shared-d", "shared-e", "shared-f"];
    const first = await start(["--max-rows", "1000"]);
    const pouring = (async () => {
      for (let round = 0; round < 20; round++) {
        for (const collector of collectors)
          await send(collector, messages(rowsOf(collector, 1_000, round * 1_000), 100));
      }
    })();
    await eventually(
      () => tally(collectors[0]),
      ({ distinct }) => distinct > 0,
    );
    const second = await start(["--max-rows", "1000"]);
    await first.stop();
    await start();
    await second.stop();
    await pouring;
    for (const collector of collectors) expect((await stored(collector, 20_000)).distinct).toBe(20_000);
  });

  test("stopped with TERM it stores and commits what it has in hand: the next run stores nothing twice", async () => {
    const first = await start();
    const values = messages(rowsOf("stopped", 5_000), 50);
    await send("stopped", values.slice(0, 50));
    await eventually(
      () => tally("stopped"),
      ({ distinct }) => distinct > 0,
    );
    const sent = send("stopped", values.slice(50));
    expect(await first.stop()).toBe(0);
    await sent;
    await start();
    await stored("stopped", 5_000);
    expect(await tally("stopped")).toEqual({ rows: 5_000, distinct: 5_000 });
  });
});

describe.skipIf(backends === null)(`ingest that cannot start ${reason}`, () => {
  const cases = [
    {
      name: "no ClickHouse",
      options: (port: number) => [
        "--bootstrap-server",
        broker.bootstrapServer,
        "--clickhouse",
        `http://127.0.0.1:${port}`,
      ],
      code: 1,
      says: "ClickHouse",
    },
    {
      name: "no Kafka",
      options: (port: number) => ["--bootstrap-server", `127.0.0.1:${port}`, "--clickhouse", engine.url],
      code: 1,
      says: "127.0.0.1",
    },
    { name: "an unknown option", options: () => ["--max-row", "5"], code: 2, says: "--max-row" },
    { name: "a bad value", options: () => ["--max-age", "soon"], code: 2, says: "--max-age" },
    {
      name: "rows that would wait longer than Kafka does for a member",
      options: () => ["--max-age", "30s"],
      code: 2,
      says: "--max-age 30s must be shorter than --session-timeout 30s",
    },
  ];
  test.each(cases)("$name: one line, exit code $code", async ({ options, code, says }) => {
    const ingest = await IngestProcess.spawn(options(await freePort()));
    running.push(ingest);
    expect(await ingest.exited).toBe(code);
    const lines = ingest.errors
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("{"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(says);
  });
});
