import { connect, credentials, pingClickHouse } from "@hangup/clickhouse";
import { createConsumer, createProducer, pingKafka, TEARDOWNS_TOPIC } from "@hangup/kafka";
import {
  bootstrapServers,
  createRegistry,
  duration,
  httpUrl,
  listenAddress,
  option,
  runService,
  startAdminServer,
} from "@hangup/service";
import { z } from "zod";
import { BlockFormer } from "./block.ts";
import { systemClock } from "./clock.ts";
import { Intake } from "./intake.ts";
import { createMetrics } from "./metrics.ts";
import { checkTable, insertInto } from "./table.ts";
import { BlockWriter } from "./writer.ts";

const spec = {
  name: "hangup ingest",
  summary:
    "Writes teardown events from Kafka into ClickHouse, in blocks; what cannot be read goes to the dead-letter topic.",
  examples: [
    "hangup ingest --bootstrap-server kafka-1:9092,kafka-2:9092 --clickhouse http://clickhouse:8123",
    "hangup ingest --max-age 2s --retention 720h",
  ],
  options: {
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
    clickhouse: option("--clickhouse <url>", "ClickHouse server", httpUrl.default("http://127.0.0.1:8123"), {
      secret: true,
    }),
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
      duration.prefault("30s"),
    ),
    adminListen: option(
      "--admin-listen <address>",
      "health checks and metrics",
      listenAddress.prefault("127.0.0.1:8483"),
    ),
  },
} as const;

/** A block's messages together; rows are the usual limit. */
const MAX_BLOCK_BYTES = 32 * 1024 * 1024;
/** A fetch of a partition in a backlog: about one block of usual events, so that blocks are neither small nor cut. */
const FETCH_BYTES = 4 * 1024 * 1024;

await runService(spec, async ({ config, log }) => {
  const kafka = { brokers: config.bootstrapServer, clientId: "hangup-ingest", log };
  await pingKafka(config.bootstrapServer, 10_000);
  const client = connect({ ...credentials(config.clickhouse, "services"), application: "hangup ingest" });
  await pingClickHouse(client);
  await checkTable(client);

  const registry = createRegistry();
  const metrics = createMetrics(registry);
  const parts = { clock: systemClock, metrics, log };
  const consumer = createConsumer({
    ...kafka,
    groupId: config.group,
    maxPartitionBytes: FETCH_BYTES,
    sessionTimeoutMs: config.sessionTimeout,
  });
  const producer = createProducer(kafka);
  const writer = new BlockWriter({ ...parts, insert: insertInto(client, config.topic) });
  const intake = new Intake({
    ...parts,
    former: new BlockFormer({ maxRows: config.maxRows, maxBytes: MAX_BLOCK_BYTES }),
    writer,
    deadLetters: producer,
    deadLetterTopic: `${config.topic}.dlq`,
    maxAgeMs: config.maxAge,
    retentionMs: config.retention,
  });

  const admin = await startAdminServer(config.adminListen, registry, () => consumer.ready() ?? writer.problem);
  await consumer.run([config.topic], (fetch) => intake.handle(fetch));
  log.info({ topic: config.topic, group: config.group, admin: admin.port }, "writing events to ClickHouse");
  return {
    async stop() {
      intake.stop();
      await consumer.stop();
      await producer.close();
      await admin.close();
      await client.close();
    },
  };
});
