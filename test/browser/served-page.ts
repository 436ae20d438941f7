import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect, migrate, startEmbedded, type ClickHouseClient } from "@hangup/clickhouse";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const password = "of-the-test";
const run = promisify(execFile);

/** The page as a user gets it: the built dashboard, served by the real query service on a real ClickHouse engine. */
export class ServedPage {
  readonly url: string;
  readonly client: ClickHouseClient;
  readonly #start: () => ChildProcess;
  readonly #stopEngine: () => Promise<void>;
  #service: ChildProcess;

  private constructor(
    url: string,
    client: ClickHouseClient,
    start: () => ChildProcess,
    stopEngine: () => Promise<void>,
  ) {
    this.url = url;
    this.client = client;
    this.#start = start;
    this.#stopEngine = stopEngine;
    this.#service = start();
  }

  static async start(): Promise<ServedPage> {
    await build();
    const directory = await mkdtemp(join(tmpdir(), "hangup-browser-"));
    const [port, grpcPort, enginePort] = await Promise.all([freePort(), freePort(), freePort()]);
    const engine = await startEmbedded({
      dataDir: join(directory, "data"),
      port: enginePort,
      logFile: join(directory, "engine.log"),
      password,
      readerPassword: password,
    });
    const credentials = { url: engine.url, user: "hangup", password };
    const administrator = connect({ ...credentials, database: "default" });
    await migrate(administrator, join(ROOT, "infra/clickhouse/migrations"));
    await administrator.close();
    const client = connect(credentials);
    const args = ["--listen", `127.0.0.1:${port}`, "--grpc-listen", `127.0.0.1:${grpcPort}`];
    const start = (): ChildProcess =>
      spawn(process.execPath, [join(ROOT, "services/query/dist/main.js"), ...args, "--clickhouse", engine.url], {
        stdio: ["ignore", "ignore", "inherit"],
        env: {
          ...process.env,
          HANGUP_LOG_LEVEL: "warn",
          HANGUP_CLICKHOUSE_USER: "hangup",
          HANGUP_CLICKHOUSE_PASSWORD: password,
          HANGUP_SQL_PASSWORD: password,
        },
      });
    const served = new ServedPage(`http://127.0.0.1:${port}/`, client, start, async () => {
      await client.close();
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    });
    await served.#answers();
    return served;
  }

  /** The API goes away, as when its service is restarted. */
  async stopService(): Promise<void> {
    if (this.#service.exitCode !== null) return;
    const ended = once(this.#service, "exit");
    this.#service.kill("SIGTERM");
    await ended;
  }

  async startService(): Promise<void> {
    this.#service = this.#start();
    await this.#answers();
  }

  async stop(): Promise<void> {
    await this.stopService();
    await this.#stopEngine();
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      const ready = await fetch(`${this.url}readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      if (this.#service.exitCode !== null) throw new Error(`the query service ended with ${this.#service.exitCode}`);
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    throw new Error("the query service is not ready after 30 s");
  }
}

/** Both are quick when nothing has changed. */
async function build(): Promise<void> {
  const bin = (name: string): string => join(ROOT, "node_modules/.bin", name);
  await run(bin("tsc"), ["-b", "services/query"], { cwd: ROOT });
  await run(bin("vite"), ["build", "--logLevel", "warn"], { cwd: join(ROOT, "services/dashboard") });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
