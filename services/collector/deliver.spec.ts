import { pino } from "pino";
import { HangupError } from "@hangup/service";
import type { OutgoingMessage, Producer } from "@hangup/kafka";
import { decodeBatch, TeardownColumns } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";
import { Delivery } from "./deliver.ts";
import { ManualTimers } from "./testing/manual-timers.ts";
import { teardown } from "./testing/teardown.ts";

/** A broker behind the producer port: takes messages, or is away. */
class Broker implements Producer {
  away = false;
  /** Calls of `send` that do not answer until `answer`. */
  slow = false;
  readonly #waiting: (() => void)[] = [];
  readonly messages: OutgoingMessage[] = [];
  readonly topics: string[] = [];
  sends = 0;

  async send(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    this.sends++;
    this.topics.push(topic);
    if (this.slow) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.away) throw new HangupError("HANGUP_KAFKA_UNREACHABLE", "no Kafka broker answers at 127.0.0.1:1");
    this.messages.push(...messages);
  }

  answer(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async close(): Promise<void> {}

  /** `seq` of every event that arrived, in order. */
  seqs(): number[] {
    return this.messages.flatMap(({ value }) => {
      const columns = new TeardownColumns();
      decodeBatch(value, columns);
      return Array.from({ length: columns.length }, (_, i) => columns.firstSeq + i);
    });
  }
}

function delivery(queueBytes = 10_000_000, whenFull: "drop" | "wait" = "drop") {
  const broker = new Broker();
  const timers = new ManualTimers();
  const log = pino({ level: "silent" });
  const topic = "test.teardowns";
  let returns = 0;
  const onReturn = (): void => void returns++;
  const subject = new Delivery({
    producer: broker,
    topic,
    collector: "test",
    queueBytes,
    batchAgeMs: 200,
    whenFull,
    onReturn,
    log,
    timers,
  });
  let seq = 0;
  const make = (count: number): void => {
    for (let i = 0; i < count; i++) subject.append(teardown({ seq: seq++ }));
  };
  return { broker, timers, subject, make, returns: () => returns };
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

describe("Delivery", () => {
  it("sends a batch when it is as old as it may be", async () => {
    const { broker, timers, subject, make } = delivery();
    make(3);
    await timers.pass(199);
    expect(broker.seqs()).toEqual([]);
    await timers.pass(1);
    expect(broker.seqs()).toEqual(upTo(3));
    expect(broker.messages[0].key.toString()).toBe("test");
    expect(subject.acked).toBe(3);
  });

  it("sends a batch when it has 500 rows", async () => {
    const { broker, timers, make } = delivery();
    make(1_001);
    await timers.pass(0);
    expect(broker.seqs()).toEqual(upTo(1_000));
    await timers.pass(200);
    expect(broker.seqs()).toEqual(upTo(1_001));
  });

  it("has one request under way at a time, and many batches in the next", async () => {
    const { broker, timers, make } = delivery();
    broker.slow = true;
    make(5_000);
    await timers.pass(0);
    expect(broker.sends).toBe(1);
    broker.answer();
    await timers.pass(0);
    broker.answer();
    await timers.pass(0);
    expect(broker.sends).toBe(2);
    expect(broker.seqs()).toEqual(upTo(5_000));
  });

  it("loses nothing and keeps the order while the broker is away for a minute", async () => {
    const { broker, timers, subject, make, returns } = delivery();
    broker.away = true;
    for (let second = 0; second < 60; second++) {
      make(100);
      await timers.pass(1_000);
    }
    expect(subject.trouble).toContain("no Kafka broker answers");
    expect(subject.queue.rows).toBe(6_000);
    broker.away = false;
    await timers.pass(2_000);
    expect(broker.seqs()).toEqual(upTo(6_000));
    expect(subject).toMatchObject({ acked: 6_000, trouble: null });
    expect(returns()).toBe(1);
    expect(subject.queue).toMatchObject({ rows: 0, droppedRows: 0 });
  });

  it("drops the oldest beyond its bound, and counts them", async () => {
    const { broker, timers, subject, make } = delivery(100_000);
    broker.away = true;
    make(50_000);
    await timers.pass(200);
    expect(subject.queue.droppedRows).toBeGreaterThan(0);
    broker.away = false;
    await timers.pass(5_000);
    const seqs = broker.seqs();
    expect(seqs.at(-1)).toBe(49_999);
    expect(seqs).toEqual([...seqs].toSorted((a, b) => a - b));
    expect(seqs.length + subject.queue.droppedRows).toBe(50_000);
  });

  it("asks a source that can wait to do so, and keeps what comes all the same", async () => {
    const { broker, timers, subject, make } = delivery(100_000, "wait");
    broker.away = true;
    expect(subject.room()).toBeUndefined();
    make(50_000);
    let room = false;
    let drained = false;
    void subject.room()?.then(() => (room = true));
    void subject.drained().then(() => (drained = true));
    await timers.pass(60_000);
    expect({ room, drained }).toEqual({ room: false, drained: false });
    broker.away = false;
    await timers.pass(5_000);
    expect({ room, drained }).toEqual({ room: true, drained: true });
    expect(subject.room()).toBeUndefined();
    expect(subject.queue.droppedRows).toBe(0);
    expect(broker.seqs()).toEqual(upTo(50_000));
  });

  it("sends to the topic that it was given", async () => {
    const { broker, subject, make } = delivery();
    make(1);
    await subject.stop(1_000);
    expect(broker.topics).toEqual(["test.teardowns"]);
  });

  it("delivers what is in hand when it stops", async () => {
    const { broker, subject, make } = delivery();
    make(7);
    expect(await subject.stop(1_000)).toBe(0);
    expect(broker.seqs()).toEqual(upTo(7));
  });

  it("says how many it could not deliver in time", async () => {
    const { broker, timers, subject, make } = delivery();
    broker.away = true;
    make(7);
    const stopped = subject.stop(1_000);
    await timers.pass(1_000);
    expect(await stopped).toBe(7);
  });
});
