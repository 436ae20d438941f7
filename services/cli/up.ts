import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  bootstrapServers,
  HangupError,
  httpUrl,
  listenAddress,
  option,
  parseCommand,
  type CommandSpec,
} from "@hangup/service";
import { startCollectors } from "./up/collectors.ts";
import { lockDataDirectory } from "./up/lock.ts";
import { Parts } from "./up/parts.ts";
import { Progress } from "./up/progress.ts";
import { readOrMakeSecrets } from "./up/secrets.ts";
import { startAlerter, startIngest, startQuery } from "./up/services.ts";
import { startClickHouse, startKafka } from "./up/stores.ts";

const options = {
  demo: option(
    "--demo",
    "add live traffic in network namespaces of its own, so that there is something to see",
    z.coerce.boolean().default(false),
  ),
  seed: option("--seed <number>", "seed of the demo's traffic", z.string().optional()),
  data: option("--data <directory>", "where logs, Kafka's and ClickHouse's files go", z.string().default(".hangup")),
  kafka: option("--kafka <host:port,...>", "your Kafka instead of the bundled one", bootstrapServers.optional()),
  clickhouse: option("--clickhouse <url>", "your ClickHouse instead of the bundled one", httpUrl.optional(), {
    secret: true,
  }),
  collect: option(
    "--collect <options>",
    "what to capture, as options of 'hangup collect', for example \"-i eth0 port 443\"",
    z.string().optional(),
  ),
  alert: option(
    "--alert <options>",
    "more options of 'hangup alert', for example \"--webhook URL\"",
    z.string().default(""),
  ),
  listen: option(
    "--listen <host:port>",
    "the page and the query API; gRPC and the services' metrics take the ports after it",
    listenAddress.prefault("127.0.0.1:8480"),
  ),
  kafkaPort: option(
    "--kafka-port <port>",
    "port of the bundled Kafka",
    z.coerce.number().int().min(1).max(65_535).default(9092),
  ),
  clickhousePort: option(
    "--clickhouse-port <port>",
    "port of the bundled ClickHouse",
    z.coerce.number().int().min(1).max(65_535).default(8123),
  ),
};

const spec: CommandSpec<typeof options> = {
  name: "hangup up",
  summary: "Runs everything on this machine: Kafka, ClickHouse, collector, ingest, query API with the page, alerter.",
  examples: [
    "hangup up --demo",
    'hangup up --collect "-i eth0"',
    "hangup up --kafka kafka-1:9092 --clickhouse http://user:password@ch-1:8123",
  ],
  options,
};

export type UpConfig = ReturnType<typeof parseCommand<typeof options>>["config"];

/** Everything that the parts need to know of each other. */
export interface Wiring {
  readonly config: UpConfig;
  readonly logDirectory: string;
  readonly progress: Progress;
  readonly parts: Parts;
  readonly environment: NodeJS.ProcessEnv;
}

/** Starts the parts in the order of the data's flow, backwards: who consumes is ready before who produces. */
export async function run(argv: string[]): Promise<number> {
  const { config } = parseCommand(spec, argv);
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
    const environment: NodeJS.ProcessEnv = { ...process.env };
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

/** Splits `-i eth0 "port 443"` as a shell would, quotes included. @throws HangupError HANGUP_USAGE on an open quote. */
export function splitWords(text: string, flag: string): string[] {
  const words: string[] = [];
  const pattern = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/gy;
  let end = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    words.push(match[1] ?? match[2] ?? match[3]);
    end = pattern.lastIndex;
  }
  if (text.slice(end).trim() !== "")
    throw new HangupError("HANGUP_USAGE", `${flag}: a quote is not closed in '${text}'`);
  return words;
}
