import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConsumer, startBroker, TEARDOWNS_TOPIC, type Broker, type Consumer } from "@hangup/kafka";
import { createLab, mix, type Lab } from "@hangup/lab";
import { decodeBatch, TeardownColumns } from "@hangup/teardowns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./testing/free-port.ts";
import { CollectorProcess } from "./testing/collector-process.ts";

const seed = Number(process.env["HANGUP_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const isRoot = process.getuid?.() === 0;
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";

/** Longer than a request to the broker may take: sends fail and are tried again. */
const AWAY_MS = 40_000;

describe.skipIf(!isRoot && !mustRun)(`a broker that goes away (seed ${seed})`, () => {
  let lab: Lab;
  let broker: Broker;
  let directory: string;
  let consumer: Consumer | undefined;
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
    await consumer?.stop();
    await lab?.destroy();
    await broker?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

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
    await sleep(3_000);
    await broker.stop();
    await sleep(AWAY_MS);
    expect(await metric("hangup_collector_queue_events")).toBeGreaterThan(0);
    broker = await start();
    // By then the new broker's group coordinator has loaded, too.
    await sleep(10_000);
    enough.abort();
    await Promise.all(runners);
    await collector.until(() => collector.stderr.includes("Kafka takes events again"), 60_000);
    // The last silences are judged after 6 s.
    await until(async () => (await metric("hangup_collector_events_emitted_total")) === made, 30_000);
    expect(await metric("hangup_collector_events_dropped_total")).toBe(0);
    expect(await collector.stop()).toBe(0);
    expect(collector.stderr).toContain(`"events":${made},"undelivered":0`);

    const seqs: number[] = [];
    const columns = new TeardownColumns();
    consumer = createConsumer({ brokers: [`127.0.0.1:${port}`], clientId: "spec", groupId: "spec" });
    await consumer.run([TEARDOWNS_TOPIC], async (batch) => {
      for (const { value } of batch.messages) {
        decodeBatch(value ?? Buffer.alloc(0), columns);
        for (let i = 0; i < columns.length; i++) seqs.push(columns.firstSeq + i);
      }
    });
    await until(async () => new Set(seqs).size >= made, 30_000);
    // A batch may have come twice (the broker went before it answered); then it is told by its seq.
    expect([...new Set(seqs)]).toEqual(Array.from({ length: made }, (_, i) => i));
    console.log(`${made} events, ${seqs.length - made} of them twice`);
  });
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
