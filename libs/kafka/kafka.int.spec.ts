import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import kafkajs from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkoutFile, type HangupError } from "@hangup/service";
import { startBroker, type Broker } from "./broker.ts";
import { advertisedBrokers, kafkaClient, pingKafka } from "./connection.ts";
import { createConsumer } from "./consumer.ts";
import { findJava } from "./java.ts";
import type { IncomingBatch } from "./port.ts";
import { createProducer } from "./producer.ts";
import { deadLetterTopic, ensureTopics, TEARDOWNS_TOPIC } from "./topics.ts";

const PORT = 21_240;
const ADDRESS = `127.0.0.1:${PORT}`;

const reason = await findJava().then(
  () => null,
  (error: Error) => error.message,
);
const required = Boolean(process.env["CI"]) || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";
if (reason !== null && !required) process.stderr.write(`skipped, no broker: ${reason}\n`);

/** Bytes that zstd cannot guess but for their beginning. */
function payload(index: number): Buffer {
  return Buffer.from(`${index}:${"teardown ".repeat(100)}`);
}

function indexOf(value: Buffer | null): number {
  return Number(String(value).split(":")[0]);
}

describe.skipIf(reason !== null && !required)("kafka", () => {
  const directory = mkdtempSync(join(tmpdir(), "hangup-kafka-"));
  const place = { dataDir: join(directory, "data"), port: PORT, logFile: join(directory, "kafka.log") };
  const producer = createProducer({ brokers: [ADDRESS], clientId: "test" });
  const warnings: Error[] = [];
  const remember = (warning: Error): void => void warnings.push(warning);
  let broker: Broker;

  beforeAll(async () => {
    process.on("warning", remember);
    broker = await startBroker(place);
  });

  afterAll(async () => {
    await producer.close();
    await broker?.stop();
    process.off("warning", remember);
    rmSync(directory, { recursive: true, force: true });
  });

  /** Reads until `enough` says so; every batch is committed after it. */
  async function read(groupId: string, enough: (values: Buffer[]) => boolean): Promise<Buffer[]> {
    const values: Buffer[] = [];
    const done = Promise.withResolvers<void>();
    const consumer = createConsumer({ brokers: [ADDRESS], clientId: "test", groupId });
    await consumer.run([TEARDOWNS_TOPIC], async (batch) => {
      for (const { value } of batch.messages) if (value) values.push(value);
      await batch.commit((batch.messages.at(-1)?.offset ?? -1n) + 1n);
      if (enough(values)) done.resolve();
    });
    await done.promise;
    expect(consumer.ready()).toBeNull();
    await consumer.stop();
    return values;
  }

  it("makes the topics of topics.yaml, once, with their settings", async () => {
    const file = checkoutFile("infra/kafka/topics.yaml");
    expect(await ensureTopics([ADDRESS], file)).toEqual([TEARDOWNS_TOPIC, deadLetterTopic(TEARDOWNS_TOPIC)]);
    expect(await ensureTopics([ADDRESS], file)).toEqual([]);
    const admin = kafkaClient({ brokers: [ADDRESS], clientId: "test" }).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [TEARDOWNS_TOPIC] });
    expect(topics[0].partitions).toHaveLength(4);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: TEARDOWNS_TOPIC, configNames: ["retention.ms"] }],
    });
    expect(resources[0].configEntries[0].configValue).toBe("259200000");
    await admin.disconnect();
  });

  it("answers pings and tells its address", async () => {
    expect(await pingKafka([ADDRESS])).toBe(1);
    expect(await advertisedBrokers([ADDRESS])).toEqual([ADDRESS]);
  });

  it("carries keys, values and headers, compressed by zstd on disk", async () => {
    const messages = Array.from({ length: 200 }, (_, index) => ({
      key: Buffer.from("collector-1"),
      value: payload(index),
      headers: { reason: "none" },
    }));
    await producer.send(TEARDOWNS_TOPIC, messages);
    const values = await read("round-trip", ({ length }) => length >= 200);
    // One key is one partition: the order is kept.
    expect(values.map(indexOf)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    const folders = readdirSync(join(place.dataDir, "log")).filter((name) => name.startsWith(`${TEARDOWNS_TOPIC}-`));
    const logs = folders.map((name) => readFileSync(join(place.dataDir, "log", name, `${"0".repeat(20)}.log`)));
    const stored = logs.filter(({ length }) => length > 0);
    expect(stored).toHaveLength(1);
    expect(stored[0].includes(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))).toBe(true);
    expect(stored[0].length).toBeLessThan(10_000);
  });

  it("commits an offset with metadata", async () => {
    const groupId = "metadata";
    const done = Promise.withResolvers<IncomingBatch>();
    const consumer = createConsumer({ brokers: [ADDRESS], clientId: "test", groupId });
    await consumer.run([TEARDOWNS_TOPIC], async (batch) => {
      await batch.commit(7n, '{"to":9}');
      done.resolve(batch);
    });
    const { partition, topic } = await done.promise;
    await consumer.stop();
    const admin = kafkaClient({ brokers: [ADDRESS], clientId: "test" }).admin();
    await admin.connect();
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    expect(partitions.find((found) => found.partition === partition)).toMatchObject({
      offset: "7",
      metadata: '{"to":9}',
    });
  });

  it("reads a batch that failed again, from the last commit", async () => {
    const firsts: bigint[] = [];
    const done = Promise.withResolvers<void>();
    const consumer = createConsumer({ brokers: [ADDRESS], clientId: "test", groupId: "failing" });
    await consumer.run([TEARDOWNS_TOPIC], async (batch) => {
      firsts.push(batch.messages[0].offset);
      if (firsts.length === 1) {
        await batch.commit(50n);
        // What kafkajs calls unrecoverable.
        throw new TypeError("broken");
      }
      done.resolve();
    });
    await done.promise;
    await consumer.stop();
    expect(firsts.slice(0, 2)).toEqual([0n, 50n]);
  });

  it("loses nothing acknowledged when the broker is killed, and reader and writer go on", async () => {
    const acknowledged: number[] = [];
    const refusals = new Set<string>();
    const seen = new Set<number>();
    const consumer = createConsumer({ brokers: [ADDRESS], clientId: "test", groupId: "killed" });
    const complete = Promise.withResolvers<void>();
    await consumer.run([TEARDOWNS_TOPIC], async (batch) => {
      for (const { value } of batch.messages) seen.add(indexOf(value));
      await batch.commit((batch.messages.at(-1)?.offset ?? -1n) + 1n);
      if (acknowledged.length === 60 && acknowledged.every((index) => seen.has(index))) complete.resolve();
    });
    const send = async (index: number): Promise<void> => {
      const messages = [{ key: Buffer.from(`collector-${index % 5}`), value: payload(index) }];
      for (;;) {
        try {
          await producer.send(TEARDOWNS_TOPIC, messages);
          break;
        } catch (error) {
          refusals.add((error as HangupError).code);
        }
      }
      acknowledged.push(index);
    };
    for (let index = 1_000; index < 1_030; index++) await send(index);
    process.kill(broker.pid, "SIGKILL");
    expect(await broker.exited).toBeNull();
    const restarted = startBroker(place);
    for (let index = 1_030; index < 1_060; index++) await send(index);
    broker = await restarted;
    // One more, so that a batch comes after the last acknowledgement.
    await producer.send(TEARDOWNS_TOPIC, [{ key: Buffer.from("collector-1"), value: payload(9_999) }]);
    await complete.promise;
    // While it is away a send may fail, in this way only.
    expect([...refusals].filter((code) => code !== "HANGUP_KAFKA_UNREACHABLE")).toEqual([]);
    expect(consumer.ready()).toBeNull();
    await consumer.stop();
  });

  it("names a topic that is not there", async () => {
    const consumer = createConsumer({ brokers: [ADDRESS], clientId: "test", groupId: "lost" });
    await expect(consumer.run(["no.such.topic"], () => Promise.resolve())).rejects.toMatchObject({
      code: "HANGUP_KAFKA",
      message: `Kafka at ${ADDRESS} has no topic no.such.topic`,
    });
    expect(consumer.ready()).toBe("has not joined its consumer group yet");
  });

  it("stops soon while the broker is away, and says meanwhile that it is", async () => {
    const lone = { ...place, dataDir: join(directory, "lone"), port: PORT + 30 };
    const brokers = [`127.0.0.1:${lone.port}`];
    const other = await startBroker(lone);
    await ensureTopics(brokers, checkoutFile("infra/kafka/topics.yaml"));
    const consumer = createConsumer({ brokers, clientId: "test", groupId: "away" });
    await consumer.run([TEARDOWNS_TOPIC], () => Promise.resolve());
    expect(consumer.ready()).toBeNull();
    await other.stop();
    await expect.poll(() => consumer.ready(), { timeout: 20_000 }).toMatch(/^Kafka at .* has not answered for \d+ s$/);
    // kafkajs alone would go on trying for five minutes, longer than a test may take.
    await consumer.stop();
  });

  it("stops while it waits to join, as the group waits for a member that is silent", { timeout: 30_000 }, async () => {
    const options = { brokers: [ADDRESS], clientId: "test", groupId: "slow" };
    const silent = createConsumer(options);
    const inHand = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await silent.run([TEARDOWNS_TOPIC], () => {
      inHand.resolve();
      return release.promise;
    });
    await inHand.promise;
    const consumer = createConsumer(options);
    const joining = consumer.run([TEARDOWNS_TOPIC], () => Promise.resolve());
    const outcome = joining.catch((error: unknown) => error);
    await expect.poll(() => groupState("slow"), { timeout: 10_000 }).toBe("PreparingRebalance");
    await consumer.stop();
    expect(await outcome).toMatchObject({ message: "stopped while it joined its consumer group" });
    release.resolve();
    await silent.stop();
  });

  it("refuses a taken port, and a directory in use", async () => {
    await expect(startBroker({ ...place, dataDir: join(directory, "other") })).rejects.toMatchObject({
      code: "HANGUP_PORT_TAKEN",
      message: `${ADDRESS} is taken by another process`,
    });
    await expect(startBroker({ ...place, port: PORT + 10 })).rejects.toMatchObject({ code: "HANGUP_ALREADY_RUNNING" });
  });

  it("ends with its starter, even when that is killed", async () => {
    const script = `import { startBroker } from ${JSON.stringify(join(import.meta.dirname, "broker.ts"))};
      const broker = await startBroker(${JSON.stringify({ ...place, dataDir: join(directory, "orphan"), port: PORT + 20 })});
      process.stdout.write(String(broker.pid) + "\\n");`;
    const child = spawn(process.execPath, ["--conditions=source", "--input-type=module", "--eval", script]);
    const pid = Number(
      await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data)))),
    );
    expect(() => process.kill(pid, 0)).not.toThrow();
    child.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  it("wakes no idle connection a thousand times a second", () => {
    expect(warnings.filter(({ name }) => name === "TimeoutNegativeWarning")).toEqual([]);
  });
});

async function groupState(groupId: string): Promise<string> {
  const admin = kafkaClient({ brokers: [ADDRESS], clientId: "test" }).admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([groupId]);
  await admin.disconnect();
  return groups[0].state;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("an address without a broker", () => {
  const brokers = ["127.0.0.1:21259"];
  const options = { brokers, clientId: "test" };

  it.each([
    { what: "ping", act: () => pingKafka(brokers, 2_000) },
    { what: "topics", act: () => ensureTopics(brokers, checkoutFile("infra/kafka/topics.yaml")) },
    {
      what: "send",
      act: () => createProducer(options).send("topic", [{ key: Buffer.from("k"), value: Buffer.from("v") }]),
    },
    { what: "run", act: () => createConsumer({ ...options, groupId: "g" }).run(["topic"], () => Promise.resolve()) },
  ])("$what names it", async ({ act }) => {
    const failure = act();
    await expect(failure).rejects.toMatchObject({ code: "HANGUP_KAFKA_UNREACHABLE" });
    await expect(failure).rejects.toThrow("no Kafka broker answers at 127.0.0.1:21259");
  });

  it("a listener that is silent is no broker", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(21_258, "127.0.0.1", resolve));
    const failure = pingKafka(["127.0.0.1:21258"], 500);
    await expect(failure).rejects.toThrow("no Kafka broker answers at 127.0.0.1:21258 (");
    server.close();
  });
});
