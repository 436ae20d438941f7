import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseCommand } from "@hangup/service";
import { startCollectors } from "./up/collectors.ts";
import { lockDataDirectory } from "./up/lock.ts";
import { Parts } from "./up/parts.ts";
import { Progress } from "./up/progress.ts";
import { readOrMakeSecrets } from "./up/secrets.ts";
import { startAlerter, startIngest, startQuery } from "./up/services.ts";
import { startClickHouse, startKafka } from "./up/stores.ts";
import { upCommand, type Wiring } from "./up/wiring.ts";

/** Starts the parts in the order of the data's flow, backwards: who consumes is ready before who produces. */
export async function run(argv: string[]): Promise<number> {
  const { config } = parseCommand(upCommand, argv);
  const directory = resolve(config.data);
  const logDirectory = join(directory, "logs");
  mkdirSync(logDirectory, { recursive: true });
  const unlock = lockDataDirectory(directory);
  const parts = new Parts();
  const interrupted = Promise.withResolvers<void>();
  let signals = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      interrupted.resolve();
      if (++signals > 1) parts.killAll();
    });
  }
  const started = Date.now();
  try {
    const secrets = readOrMakeSecrets(directory);
    const progress = new Progress(["kafka", "clickhouse", "ingest", "query", "alerter", "demo", "collector"]);
    const environment: NodeJS.ProcessEnv = { ...process.env, HANGUP_DATA: directory };
    const wiring: Wiring = { config, logDirectory, progress, parts, environment };
    const startAll = async (): Promise<void> => {
      const bootstrapServer = await startKafka(wiring, directory);
      await startClickHouse(wiring, directory, secrets);
      environment["HANGUP_BOOTSTRAP_SERVER"] = bootstrapServer;
      await startIngest(wiring);
      const urls = await startQuery(wiring);
      await startAlerter(wiring);
      const watching = await startCollectors(wiring);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      process.stderr.write(`\nhangup is up after ${seconds} s, ${watching}; logs in ${logDirectory}\n\n`);
      process.stdout.write(urls);
      process.stderr.write("\nctrl-C stops everything\n");
    };
    await Promise.race([startAll(), interrupted.promise, parts.failed]);
    await Promise.race([interrupted.promise, parts.failed]);
    return 0;
  } catch (error) {
    // A part that dies because its neighbour died is not the one to name.
    throw parts.firstFailure ?? error;
  } finally {
    process.stderr.write("stopping\n");
    const left = await parts.stopAll();
    unlock();
    process.stderr.write(
      left.length === 0 ? "stopped\n" : `stopped; killed because they did not end: ${left.join(", ")}\n`,
    );
  }
}
