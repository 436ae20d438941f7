import { connect, credentials, pingClickHouse } from "@hangup/clickhouse";
import { createConsumer, createProducer, deadLetterTopic, ensureTopics, pingKafka } from "@hangup/kafka";
import { checkoutFile, createRegistry, runService, startAdminServer, systemClock } from "@hangup/service";
import { BlockFormer } from "./block.ts";
import { Intake } from "./intake.ts";
import { createMetrics } from "./metrics.ts";
import { spec } from "./options.ts";
import { checkTable, insertInto } from "./table.ts";
import { BlockWriter } from "./writer.ts";

/** A block's messages together; rows are the usual limit. */
const MAX_BLOCK_BYTES = 32 * 1024 * 1024;
/** A fetch of a partition in a backlog: about one block of usual events, so that blocks are neither small nor cut. */
const FETCH_BYTES = 4 * 1024 * 1024;

await runService(spec, async ({ config, log, signal }) => {
  const kafka = { brokers: config.bootstrapServer, clientId: "hangup-ingest", log };
  await pingKafka(config.bootstrapServer, 10_000);
  await ensureTopics(config.bootstrapServer, checkoutFile("infra/kafka/topics.yaml"), config.topic);
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
    deadLetterTopic: deadLetterTopic(config.topic),
    maxAgeMs: config.maxAge,
    retentionMs: config.retention,
  });

  const admin = await startAdminServer(config.adminListen, registry, () => consumer.ready() ?? writer.problem);
  signal.addEventListener("abort", () => void consumer.stop());
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
