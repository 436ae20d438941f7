import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ClickHouseClient } from "./client.ts";
import { startEmbedded, type EmbeddedEngine, type EmbeddedOptions } from "./embedded.ts";

/** A real engine in a directory of its own, for the tests of this package. */
export class EngineUnderTest {
  readonly place: EmbeddedOptions;
  engine: EmbeddedEngine;
  readonly #clients: ClickHouseClient[] = [];
  readonly #directory: string;

  constructor(directory: string, place: EmbeddedOptions, engine: EmbeddedEngine) {
    this.#directory = directory;
    this.place = place;
    this.engine = engine;
  }

  /** A client that `remove` closes. */
  connectAs(user: "hangup" | "hangup_reader", database = "hangup"): ClickHouseClient {
    const password = user === "hangup" ? this.place.password : this.place.readerPassword;
    const client = connect({ url: this.engine.url, user, password, database });
    this.#clients.push(client);
    return client;
  }

  async restart(): Promise<void> {
    this.engine = await startEmbedded(this.place);
  }

  async remove(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.engine.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export async function startEngineUnderTest(): Promise<EngineUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), "hangup-clickhouse-"));
  const place = {
    dataDir: join(directory, "data"),
    port: await freePort(),
    logFile: join(directory, "engine.log"),
    password: "services-secret",
    readerPassword: "reader-secret",
  };
  return new EngineUnderTest(directory, place, await startEmbedded(place));
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Why there can be no engine here; null where there is one, or where it must not be missing. */
export async function reasonToSkip(): Promise<string | null> {
  if (process.env["CI"] || process.env["HANGUP_REQUIRE_BACKENDS"] === "1") return null;
  try {
    await (await startEngineUnderTest()).remove();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
