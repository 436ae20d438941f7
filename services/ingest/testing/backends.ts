import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  connect,
  credentials,
  migrate,
  startEmbedded,
  type ClickHouseClient,
  type EmbeddedEngine,
} from "@hangup/clickhouse";
import { ensureTopics, startBroker, type Broker } from "@hangup/kafka";

const root = join(import.meta.dirname, "../../..");
const PASSWORD = "ingest-test";

/** A port that nobody listens on just now. */
export function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return promise;
}

/** A real engine with Hangup's tables; it can be killed and started again on its data and port. */
export class TestEngine {
  readonly #directory: string;
  readonly #port: number;
  #engine: EmbeddedEngine;
  readonly client: ClickHouseClient;
  /** With the services' user and password in it. */
  readonly url: string;

  private constructor(directory: string, port: number, engine: EmbeddedEngine) {
    this.#directory = directory;
    this.#port = port;
    this.#engine = engine;
    this.url = `http://hangup:${PASSWORD}@127.0.0.1:${port}`;
    this.client = connect(credentials(this.url, "services", {}));
  }

  static async start(): Promise<TestEngine> {
    const directory = mkdtempSync(join(tmpdir(), "hangup-ingest-engine-"));
    const port = await freePort();
    const engine = new TestEngine(directory, port, await launch(directory, port));
    const administrator = connect({ ...credentials(engine.url, "services", {}), database: "default" });
    await migrate(administrator, join(root, "infra/clickhouse/migrations"));
    await administrator.close();
    return engine;
  }

  async kill(): Promise<void> {
    process.kill(this.#engine.pid, "SIGKILL");
    await this.#engine.exited;
  }

  async restart(): Promise<void> {
    this.#engine = await launch(this.#directory, this.#port);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.#engine.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function launch(directory: string, port: number): Promise<EmbeddedEngine> {
  return startEmbedded({
    dataDir: join(directory, "data"),
    port,
    logFile: join(directory, "engine.log"),
    password: PASSWORD,
    readerPassword: PASSWORD,
  });
}

/** A real broker with Hangup's topics. */
export class TestBroker {
  readonly #directory: string;
  readonly #broker: Broker;

  private constructor(directory: string, broker: Broker) {
    this.#directory = directory;
    this.#broker = broker;
  }

  static async start(): Promise<TestBroker> {
    const directory = mkdtempSync(join(tmpdir(), "hangup-ingest-broker-"));
    const port = await freePort();
    const broker = await startBroker({
      dataDir: join(directory, "data"),
      port,
      logFile: join(directory, "broker.log"),
    });
    await ensureTopics([broker.bootstrapServer], join(root, "infra/kafka/topics.yaml"));
    return new TestBroker(directory, broker);
  }

  get bootstrapServer(): string {
    return this.#broker.bootstrapServer;
  }

  async stop(): Promise<void> {
    await this.#broker.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/**
 * What `start` gives, or null and the reason where a backend cannot be had, so that the suite is skipped with its
 * reason; in CI and with HANGUP_REQUIRE_BACKENDS=1 that is a failure.
 */
export async function orReason<T>(
  start: () => Promise<T>,
): Promise<{ readonly got: T | null; readonly reason: string }> {
  try {
    return { got: await start(), reason: "" };
  } catch (error) {
    if (process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1") throw error;
    return { got: null, reason: error instanceof Error ? error.message : String(error) };
  }
}
