import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseCommand } from "@hangup/service/command";
import { checkConfig, claimServicePorts } from "./up/check.ts";
import { startCollectors } from "./up/collectors.ts";
import { makeDirectory } from "./up/directory.ts";
import { lockDataDirectory } from "./up/lock.ts";
import { Parts } from "./up/parts.ts";
import { Progress } from "./up/progress.ts";
import { readOrMakeSecrets } from "./up/secrets.ts";
import { startAlerter, startIngest, startQuery } from "./up/services.ts";
import { startClickHouse, startKafka } from "./up/stores.ts";
import { upCommand, type Wiring } from "./up/wiring.ts";

/** What is being started when ctrl-C comes is waited for so long; then it ends with this process. */
const START_GRACE_MS = 5_000;
const EXIT_LIMIT_MS = 500;

export async function run(argv: string[]): Promise<number> {
  const { config } = parseCommand(upCommand, argv);
  await checkConfig(config);
  const directory = resolve(config.data);
  const logDirectory = join(directory, "logs");
  makeDirectory(directory);
  makeDirectory(logDirectory);
  const unlock = lockDataDirectory(directory);
  const progress = new Progress(["kafka", "clickhouse", "ingest", "query", "alerter", "demo", "collector"]);
  const parts = new Parts();
  const environment: NodeJS.ProcessEnv = { ...process.env, HANGUP_DATA: directory };
  const interrupted = onInterrupt(() => parts.killAll());
  const starting = startParts({ config, logDirectory, progress, parts, environment }, directory);
  try {
    await Promise.race([starting, interrupted, parts.failed]);
    await Promise.race([interrupted, parts.failed]);
    return 0;
  } catch (error) {
    // A part that dies because its neighbour died is not the one to name.
    throw parts.firstFailure ?? error;
  } finally {
    process.stderr.write("stopping\n");
    const cut = await parts.stopAll();
    await Promise.race([starting.catch(() => undefined), sleep(START_GRACE_MS, undefined, { ref: false })]);
    cut.push(...(await parts.stopAll()));
    unlock();
    // A download that was under way must not hold this process.
    setTimeout(() => process.exit(), EXIT_LIMIT_MS).unref();
    process.stderr.write(cut.length === 0 ? "stopped\n" : `stopped; killed before they had ended: ${cut.join(", ")}\n`);
  }
}

/** In the order of the data's flow, backwards: who consumes is ready before who produces. */
async function startParts(wiring: Wiring, directory: string): Promise<void> {
  const started = performance.now();
  await claimServicePorts(wiring.config);
  wiring.environment["HANGUP_BOOTSTRAP_SERVER"] = await startKafka(wiring, directory);
  await startClickHouse(wiring, directory, readOrMakeSecrets(directory));
  await startIngest(wiring);
  const urls = await startQuery(wiring);
  await startAlerter(wiring);
  const watching = await startCollectors(wiring);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`\nhangup is up after ${seconds} s, ${watching}; logs in ${wiring.logDirectory}\n\n`);
  process.stdout.write(urls);
  process.stderr.write("\nctrl-C stops everything\n");
}

/** Resolves at the first ctrl-C; a second one is for the impatient. */
function onInterrupt(again: () => void): Promise<void> {
  return new Promise((done) => {
    let signals = 0;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => (++signals === 1 ? done() : again()));
    }
  });
}
