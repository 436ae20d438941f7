import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConsumer, ensureTopics, startBroker, TEARDOWNS_TOPIC, type Broker } from "@hangup/kafka";
import { createLab, mix, type Lab } from "@hangup/lab";
import { decodeBatch, TeardownColumns } from "@hangup/teardowns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "@hangup/service/testing";
import { CollectorProcess } from "./testing/collector-process.ts";

const seed = Number(process.env["HANGUP_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const isRoot = process.getuid?.() === 0;
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";

/** The demo's recorded capture. */
const DEMO = join(import.meta.dirname, "..", "demo", "capture", "demo.pcap");
const CONNECTIONS = 313;
const TOPICS_FILE = join(import.meta.dirname, "..", "..", "infra", "kafka", "topics.yaml");

describe.skipIf(!isRoot && !mustRun)(`a broker that goes away (seed ${seed})`, () => {
  let lab: Lab;
  let broker: Broker;
  let directory: string;
  let port: number;

  const start = (): Promise<Broker> =>
    startBroker({ dataDir: join(directory, "kafka"), port, logFile: join(directory, "kafka.log") });

  beforeAll(async () => {
    console.log(`HANGUP_SEED=${seed}`);
    directory = mkdtempSync(join(tmpdir(), "hangup-deliver-"));
    port = await freePort();
    [lab, broker] = await Promise.all([createLab({ name: "deliver" }), start()]);
  });
  afterAll(async () => {
    await lab?.destroy();
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /**
   * As long as it takes for sends to fail again and again while events gather. That the length of the absence changes
   * nothing, deliver.spec.ts shows with a minute on a clock of its own.
   */
  it("costs no event", async () => {
    const { netns, interface: device } = lab.middle;
    const adminPort = await freePort();
    const metric = (name: string): Promise<number> => readMetric(adminPort, name);
    const servers = `--bootstrap-server 127.0.0.1:${port} --admin-listen 127.0.0.1:${adminPort}`;
    const args = `--netns ${netns} -i ${device} --collector away --silence 6s ${servers}`;
    const collector = new CollectorProcess(args.split(" "));
    await collector.capturing();

    let made = 0;
    const enough = new AbortController();
    const plans = mix(seed, lab);
    const runner = async (): Promise<void> => {
      while (!enough.signal.aborted) {
        await lab.run(plans.next().value);
        made++;
        await sleep(100);
      }
    };
    const runners = Array.from({ length: 8 }, runner);
    await until(async () => (await metric("hangup_collector_events_acked_total")) > 0, 30_000);
    await broker.stop();
    await until(async () => (await metric("hangup_collector_send_failures_total")) >= 3, 90_000);
    await until(async () => (await metric("hangup_collector_queue_events")) >= 100, 30_000);
    broker = await start();
    await collector.until(() => collector.stderr.includes("Kafka takes events again"), 60_000);
    enough.abort();
    await Promise.all(runners);
    // The last silences are judged after 6 s.
    await until(async () => (await metric("hangup_collector_events_emitted_total")) === made, 30_000);
    expect(await metric("hangup_collector_events_dropped_total")).toBe(0);
    for (const account of ["packets", "segments", "connections", "events"]) {
      expect(await metric(`hangup_collector_unaccounted\\{account="${account}"\\}`)).toBe(0);
    }
    expect(await metric("hangup_collector_completeness_ratio")).toBe(1);
    expect(await collector.stop()).toBe(0);
    expect(collector.stderr).toContain(`"events":${made},"undelivered":0`);
    // Nor between tcpdump and the decoder.
    expect(collector.stderr).not.toContain("does not add up");

    const seqs = await consume(TEARDOWNS_TOPIC, made);
    // A batch may have come twice (the broker went before it answered); then it is told by its seq.
    expect([...new Set(seqs)]).toEqual(Array.from({ length: made }, (_, i) => i));
    console.log(`${made} events, ${seqs.length - made} of them twice`);
  });

  it("is waited for at the end of a file; interrupted then, it says what is lost and exits 3", async () => {
    const topic = "spec.teardowns";
    const args = ["-r", "-", "--topic", topic, "--bootstrap-server", `127.0.0.1:${port}`];
    const [patient, interrupted] = [0, 1].map(() => new CollectorProcess(args, { input: "pipe" }));
    for (const collector of [patient, interrupted]) await collector.until(() => collector.stderr.includes('"reading"'));
    // Both topics are there now, so that none is missing.
    expect(await ensureTopics([`127.0.0.1:${port}`], TOPICS_FILE, topic)).toEqual([]);
    await broker.stop();
    for (const { child } of [patient, interrupted]) child.stdin?.end(readFileSync(DEMO));
    for (const collector of [patient, interrupted]) {
      await collector.until(() => collector.stderr.includes("events wait in memory"), 60_000);
    }
    expect(await interrupted.stop()).toBe(3);
    expect(interrupted.stderr).toContain(`"events":${CONNECTIONS},"msg":"Kafka did not take these events`);
    expect(patient.child.exitCode).toBeNull();
    broker = await start();
    expect(await patient.exited).toBe(0);
    expect(patient.stderr).toContain(`"events":${CONNECTIONS},"undelivered":0`);
    expect(new Set(await consume(topic, CONNECTIONS)).size).toBe(CONNECTIONS);
  });

  /** `seq` of the events of one collector, until there are so many different ones. */
  async function consume(topic: string, count: number): Promise<number[]> {
    const seqs: number[] = [];
    const columns = new TeardownColumns();
    const consumer = createConsumer({ brokers: [`127.0.0.1:${port}`], clientId: "spec", groupId: topic });
    try {
      await consumer.run([topic], async (batch) => {
        for (const { value } of batch.messages) {
          decodeBatch(value ?? Buffer.alloc(0), columns);
          for (let i = 0; i < columns.length; i++) seqs.push(columns.firstSeq + i);
        }
      });
      await until(async () => new Set(seqs).size >= count, 30_000);
    } finally {
      await consumer.stop();
    }
    return seqs;
  }
});

async function readMetric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
}

async function until(condition: () => Promise<boolean>, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it did not come to that");
    await sleep(200);
  }
}
