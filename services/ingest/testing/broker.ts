import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTopics, startBroker, type Broker } from "@hangup/kafka";
import { checkoutFile } from "@hangup/service";
import { freePort } from "@hangup/service/testing";

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
    await ensureTopics([broker.bootstrapServer], checkoutFile("infra/kafka/topics.yaml"));
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
