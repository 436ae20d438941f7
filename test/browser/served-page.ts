import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ClickHouseClient } from "@hangup/clickhouse";
import { TEST_PASSWORDS, TestEngine } from "@hangup/clickhouse/testing";
import { freePort } from "@hangup/service/testing";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** The page as a user gets it: the built dashboard, served by the real query service on a real ClickHouse engine. */
export class ServedPage {
  readonly url: string;
  readonly client: ClickHouseClient;
  readonly #start: () => ChildProcess;
  readonly #engine: TestEngine;
  #service: ChildProcess;

  private constructor(url: string, engine: TestEngine, start: () => ChildProcess) {
    this.url = url;
    this.client = engine.client;
    this.#start = start;
    this.#engine = engine;
    this.#service = start();
  }

  static async start(): Promise<ServedPage> {
    await build();
    const [port, grpcPort, engine] = [await freePort(), await freePort(), await TestEngine.start()];
    const args = ["--listen", `127.0.0.1:${port}`, "--grpc-listen", `127.0.0.1:${grpcPort}`];
    const start = (): ChildProcess =>
      spawn(process.execPath, [join(ROOT, "services/query/dist/main.js"), ...args, "--clickhouse", engine.url], {
        stdio: ["ignore", "ignore", "inherit"],
        env: {
          ...process.env,
          HANGUP_LOG_LEVEL: "warn",
          HANGUP_SQL_PASSWORD: TEST_PASSWORDS.readerPassword,
        },
      });
    const served = new ServedPage(`http://127.0.0.1:${port}/`, engine, start);
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
    await this.#engine.stop();
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
