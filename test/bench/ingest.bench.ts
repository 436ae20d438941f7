import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, credentials, migrate, queryRows, startEmbedded } from "@hangup/clickhouse";
import { createProducer, ensureTopics, startBroker, TEARDOWNS_TOPIC } from "@hangup/kafka";
import { encodeBatch, TeardownColumns } from "@hangup/teardowns";
import { syntheticTeardowns } from "./synthetic-teardowns.ts";

export const name = "ingest: a backlog from Kafka into ClickHouse";

const EVENTS = 2_000_000;
const EVENTS_A_BATCH = 500;
const COLLECTORS = 8;
const PASSWORD = "bench";
const [KAFKA_PORT, CLICKHOUSE_PORT, ADMIN_PORT] = [21_390, 21_392, 21_393];

const root = join(import.meta.dirname, "../..");

/** Rows a second from the start of reading to the last row stored, and the CPU that each of the three processes took. */
export async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hangup-bench-ingest-"));
  const broker = await startBroker({
    dataDir: join(directory, "kafka"),
    port: KAFKA_PORT,
    logFile: join(directory, "kafka.log"),
  });
  const engine = await startEmbedded({
    dataDir: join(directory, "clickhouse"),
    port: CLICKHOUSE_PORT,
    logFile: join(directory, "clickhouse.log"),
    password: PASSWORD,
    readerPassword: PASSWORD,
  });
  const url = `http://hangup:${PASSWORD}@127.0.0.1:${CLICKHOUSE_PORT}`;
  const administrator = connect({ ...credentials(url, "services", {}), database: "default" });
  try {
    await migrate(administrator, join(root, "infra/clickhouse/migrations"));
    await ensureTopics([broker.bootstrapServer], join(root, "infra/kafka/topics.yaml"));
    await produceBacklog(broker.bootstrapServer);

    const before = [broker.pid, engine.pid].map(cpuSeconds);
    const options = [
      "--bootstrap-server",
      broker.bootstrapServer,
      "--clickhouse",
      url,
      "--admin-listen",
      `127.0.0.1:${ADMIN_PORT}`,
    ];
    const ingest = spawn(process.execPath, ["--conditions=source", join(root, "services/ingest/main.ts"), ...options], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const stored = async (): Promise<number> =>
      (await queryRows<{ rows: number }>(administrator, "SELECT count() AS rows FROM hangup.teardowns"))[0].rows;
    while ((await stored()) === 0) await sleep(10);
    const first = await stored();
    const startMs = performance.now();
    while ((await stored()) < EVENTS) await sleep(20);
    const seconds = (performance.now() - startMs) / 1_000;
    const cpu = [cpuSeconds(broker.pid) - before[0], cpuSeconds(engine.pid) - before[1], cpuSeconds(ingest.pid ?? 0)];
    const micros = cpu.map((spent) => ((spent * 1e6) / EVENTS).toFixed(2));
    console.log(
      `  ${Math.round((EVENTS - first) / seconds).toLocaleString("en")} events/s, ${EVENTS.toLocaleString("en")} events`,
    );
    console.log(`  CPU µs an event: ingest ${micros[2]}, engine ${micros[1]}, broker ${micros[0]}`);
    const exited = new Promise((resolve) => ingest.once("exit", resolve));
    ingest.kill();
    await exited;
  } finally {
    await administrator.close();
    await engine.stop();
    await broker.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function produceBacklog(bootstrapServer: string): Promise<void> {
  const producer = createProducer({ brokers: [bootstrapServer], clientId: "bench" });
  const sources = Array.from({ length: COLLECTORS }, (_, i) => ({
    collector: `edge-${i}`,
    rows: syntheticTeardowns({
      seed: 7 + i,
      clients: 3_000,
      servers: 40,
      rate: 2_000,
      startUs: (Date.now() - 3_600_000) * 1_000,
    }),
  }));
  const columns = new TeardownColumns();
  for (let sent = 0; sent < EVENTS;) {
    const { collector, rows } = sources[(sent / EVENTS_A_BATCH) % COLLECTORS];
    columns.clear();
    for (let i = 0; i < EVENTS_A_BATCH; i++) columns.append({ ...rows.next().value, collector });
    await producer.send(TEARDOWNS_TOPIC, [{ key: Buffer.from(collector), value: encodeBatch(columns) }]);
    sent += EVENTS_A_BATCH;
  }
  await producer.close();
}

/** User and system time of a process so far; proc(5), fields 14 and 15, in ticks of 10 ms. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
