import { z } from "zod";
import {
  bootstrapServers,
  flag,
  HangupError,
  httpUrl,
  listenAddress,
  option,
  type CommandSpec,
  type ConfigOf,
} from "@hangup/service/command";
import type { Parts } from "./parts.ts";
import type { Progress } from "./progress.ts";

/** The services take so many ports from `--listen` on: page and API, gRPC, and the admin ports of the others. */
export const SERVICE_PORTS = 6;

const options = {
  demo: option("--demo", "add live traffic in network namespaces of its own, so that there is something to see", flag),
  seed: option("--seed <number>", "seed of the demo's traffic", z.coerce.number().int().nonnegative().optional()),
  data: option(
    "--data <directory>",
    "where logs, Kafka's and ClickHouse's files go",
    z.string().min(1, "expected a directory").default(".hangup"),
  ),
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
    "port of the bundled Kafka, which takes the one after it too",
    z.coerce.number().int().min(1).max(65_535).default(9092),
  ),
  clickhousePort: option(
    "--clickhouse-port <port>",
    "port of the bundled ClickHouse",
    z.coerce.number().int().min(1).max(65_535).default(8123),
  ),
};

export const upCommand: CommandSpec<typeof options> = {
  name: "hangup up",
  summary: "Runs everything on this machine: Kafka, ClickHouse, collector, ingest, query API with the page, alerter.",
  examples: [
    "hangup up --demo",
    'hangup up --collect "-i eth0"',
    "HANGUP_CLICKHOUSE_PASSWORD=… hangup up --kafka kafka-1:9092 --clickhouse http://ch-1:8123",
  ],
  options,
};

export type UpConfig = ConfigOf<typeof options>;

/** Everything that the parts need to know of each other. */
export interface Wiring {
  readonly config: UpConfig;
  readonly logDirectory: string;
  readonly progress: Progress;
  readonly parts: Parts;
  readonly environment: NodeJS.ProcessEnv;
}

/** Splits `-i eth0 "port 443"` as a shell would, quotes included. @throws HangupError HANGUP_USAGE on an open quote. */
export function splitWords(text: string, flagName: string): string[] {
  const words: string[] = [];
  const pattern = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/gy;
  let end = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    words.push(match[1] ?? match[2] ?? match[3]);
    end = pattern.lastIndex;
  }
  if (text.slice(end).trim() !== "")
    throw new HangupError("HANGUP_USAGE", `${flagName}: a quote is not closed in '${text}'`);
  return words;
}

/** What the host's own collector is told to capture; null when only the demo is watched. */
export function collectWords({ collect, demo }: UpConfig): string[] | null {
  if (collect === undefined && demo) return null;
  return splitWords(collect ?? "-i any", "--collect");
}
