import { clickHouseOption } from "@hangup/clickhouse";
import { TEARDOWNS_TOPIC } from "@hangup/kafka";
import { bootstrapServers, duration, listenAddress, option, type CommandSpec } from "@hangup/service";
import { z } from "zod";

const options = {
  bootstrapServer: option(
    "--bootstrap-server <host:port,...>",
    "Kafka brokers",
    bootstrapServers.prefault("127.0.0.1:9092"),
  ),
  topic: option(
    "--topic <name>",
    "topic of the events; dead letters go to <name>.dlq",
    z.string().min(1).default(TEARDOWNS_TOPIC),
  ),
  group: option(
    "--group <name>",
    "consumer group; its members share the partitions",
    z.string().min(1).default("hangup-ingest"),
  ),
  clickhouse: clickHouseOption,
  maxRows: option(
    "--max-rows <n>",
    "a block is full with so many rows",
    z.coerce.number().int().min(1).max(1_000_000).default(100_000),
  ),
  maxAge: option(
    "--max-age <duration>",
    "the longest that a row waits here when there are few",
    duration.prefault("500ms"),
  ),
  retention: option(
    "--retention <duration>",
    "rows that ended longer ago are not stored; keep it at the table's own",
    duration.prefault("720h"),
  ),
  sessionTimeout: option(
    "--session-timeout <duration>",
    "Kafka gives the partitions of a member that is silent for so long to others",
    // Kafka's own bounds, unless its administrator has set others.
    duration.refine((ms) => ms >= 6_000 && ms <= 1_800_000, "expected 6s to 30m").prefault("30s"),
  ),
  adminListen: option(
    "--admin-listen <address>",
    "health checks and metrics",
    listenAddress.prefault("127.0.0.1:8483"),
  ),
} as const;

export const spec: CommandSpec<typeof options> = {
  name: "hangup ingest",
  summary:
    "Writes teardown events from Kafka into ClickHouse, in blocks; what cannot be read goes to the dead-letter topic.",
  examples: [
    "hangup ingest --bootstrap-server kafka-1:9092,kafka-2:9092 --clickhouse http://clickhouse:8123",
    "hangup ingest --max-age 2s --retention 720h",
  ],
  options,
  check: ({ maxAge, sessionTimeout }) =>
    maxAge < sessionTimeout
      ? null
      : `--max-age ${maxAge / 1_000}s must be shorter than --session-timeout ${sessionTimeout / 1_000}s`,
};
