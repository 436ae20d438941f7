import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkoutFile } from "@hangup/service";
import { freePort } from "@hangup/service/testing";
import { connect, type ClickHouseClient } from "./client.ts";
import { startEmbedded, type EmbeddedEngine, type EmbeddedOptions } from "./embedded.ts";
import { migrate } from "./migrate.ts";

export const TEST_PASSWORDS = { password: "services-secret", readerPassword: "reader-secret" };

/** A real engine on a port and in a directory of its own; it can be killed or stopped and started again on its data. */
export class TestEngine {
  readonly place: EmbeddedOptions;
  engine: EmbeddedEngine;
  /** As the services' user. */
  readonly client: ClickHouseClient;
  readonly #directory: string;
  readonly #clients: ClickHouseClient[] = [];

  private constructor(directory: string, place: EmbeddedOptions, engine: EmbeddedEngine) {
    this.#directory = directory;
    this.place = place;
    this.engine = engine;
    this.client = this.connectAs("hangup");
  }

  /** `port`: default one that is free. `tables`: with Hangup's tables and nothing in them (the default), or without. */
  static async start({ port, tables = true }: { port?: number; tables?: boolean } = {}): Promise<TestEngine> {
    const directory = mkdtempSync(join(tmpdir(), "hangup-clickhouse-"));
    const place = {
      dataDir: join(directory, "data"),
      port: port ?? (await freePort()),
      logFile: join(directory, "engine.log"),
      ...TEST_PASSWORDS,
    };
    const started = new TestEngine(directory, place, await startEmbedded(place));
    if (tables) await started.makeTables();
    return started;
  }

  async makeTables(): Promise<void> {
    await migrate(this.connectAs("hangup", "default"), checkoutFile("infra/clickhouse/migrations"));
  }

  /** With the services' user and password. */
  get url(): string {
    return `http://hangup:${TEST_PASSWORDS.password}@127.0.0.1:${this.place.port}`;
  }

  /** A client that `stop` closes. */
  connectAs(user: "hangup" | "hangup_reader", database = "hangup"): ClickHouseClient {
    const password = user === "hangup" ? TEST_PASSWORDS.password : TEST_PASSWORDS.readerPassword;
    const client = connect({ url: `http://127.0.0.1:${this.place.port}`, user, password, database });
    this.#clients.push(client);
    return client;
  }

  async kill(): Promise<void> {
    process.kill(this.engine.pid, "SIGKILL");
    await this.engine.exited;
  }

  /** Stops the engine; its data stay for `restart`. */
  async pause(): Promise<void> {
    await this.engine.stop();
  }

  async restart(): Promise<void> {
    this.engine = await startEmbedded(this.place);
  }

  /** Stops it for good. */
  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.engine.stop();
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
