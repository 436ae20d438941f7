import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, migrate, startEmbedded, type ClickHouseClient } from "@hangup/clickhouse";

/** A real ClickHouse engine with the project's tables, for one test file. */
export interface TestEngine {
  readonly client: ClickHouseClient;
  /** Carries user and password. */
  readonly url: string;
  /** Stops the engine; its data stay. */
  pause(): Promise<void>;
  /** Starts it again on the same port. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL("../../../infra/clickhouse/migrations", import.meta.url));
const password = "of-the-test";

export async function startTestEngine(): Promise<TestEngine> {
  const directory = await mkdtemp(join(tmpdir(), "hangup-alerter-"));
  const options = {
    dataDir: join(directory, "data"),
    port: await freePort(),
    logFile: join(directory, "engine.log"),
    password,
    readerPassword: password,
  };
  let engine = await startEmbedded(options);
  const credentials = { url: engine.url, user: "hangup", password };
  const administrator = connect({ ...credentials, database: "default" });
  await migrate(administrator, MIGRATIONS);
  await administrator.close();
  const client = connect(credentials);
  return {
    client,
    url: engine.url.replace("//", `//hangup:${password}@`),
    pause: () => engine.stop(),
    resume: async () => {
      engine = await startEmbedded(options);
    },
    stop: async () => {
      await client.close();
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A teardown as far as rates read it; every other column keeps the table's default. */
export interface TestRow {
  readonly server_ip: string;
  readonly server_port: number;
  readonly kind: string;
  readonly cause: string;
  readonly stage: string;
  readonly benign: boolean | null;
  /** Milliseconds since the Unix epoch. */
  readonly endTime: number;
}

export async function insertRows(client: ClickHouseClient, rows: readonly TestRow[]): Promise<void> {
  await client.insert({
    table: "hangup.teardowns",
    format: "JSONEachRow",
    values: rows.map(({ endTime, ...row }) => ({ ...row, end_time: (endTime / 1_000).toFixed(6) })),
    clickhouse_settings: { async_insert: 0 },
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
