import { join } from "node:path";
import { connect, credentials, migrate, pingClickHouse, startEmbedded } from "@hangup/clickhouse";
import { ensureTopics, pingKafka, startBroker } from "@hangup/kafka";
import { checkoutFile } from "@hangup/service/command";
import { freshLog } from "./process.ts";
import type { Secrets } from "./secrets.ts";
import type { Wiring } from "./wiring.ts";

/** The bundled broker, or the user's; with our topics. Returns the bootstrap servers. */
export async function startKafka(
  { config, logDirectory, parts, progress }: Wiring,
  directory: string,
): Promise<string> {
  const topics = checkoutFile("infra/kafka/topics.yaml");
  return progress.step(
    "kafka",
    async (note) => {
      if (config.kafka) {
        await pingKafka(config.kafka, 10_000);
        await ensureTopics(config.kafka, topics);
        return config.kafka.join(",");
      }
      const logFile = freshLog(logDirectory, "kafka");
      const dataDir = join(directory, "kafka");
      const broker = await startBroker({ dataDir, port: config.kafkaPort, logFile, onProgress: note });
      parts.add({ name: "kafka", logFile, pid: broker.pid, exited: broker.exited, stop: () => broker.stop() });
      await ensureTopics([broker.bootstrapServer], topics);
      return broker.bootstrapServer;
    },
    (bootstrapServer) => bootstrapServer,
  );
}

/** The bundled engine, or the user's server; with our tables. Leaves URL and credentials in the children's environment. */
export async function startClickHouse(wiring: Wiring, directory: string, secrets: Secrets): Promise<void> {
  const { config, environment, logDirectory, parts, progress } = wiring;
  await progress.step(
    "clickhouse",
    async (note) => {
      if (config.clickhouse) environment["HANGUP_CLICKHOUSE"] = config.clickhouse;
      else {
        const logFile = freshLog(logDirectory, "clickhouse");
        const engine = await startEmbedded({
          dataDir: join(directory, "clickhouse"),
          port: config.clickhousePort,
          logFile,
          password: secrets.clickhousePassword,
          readerPassword: secrets.readerPassword,
          onProgress: note,
        });
        parts.add({ name: "clickhouse", logFile, pid: engine.pid, exited: engine.exited, stop: () => engine.stop() });
        environment["HANGUP_CLICKHOUSE"] = engine.url;
        environment["HANGUP_CLICKHOUSE_USER"] = "hangup";
        environment["HANGUP_CLICKHOUSE_PASSWORD"] = secrets.clickhousePassword;
        environment["HANGUP_SQL_USER"] = "hangup_reader";
        environment["HANGUP_SQL_PASSWORD"] = secrets.readerPassword;
      }
      note("creating the tables");
      const server = credentials(environment["HANGUP_CLICKHOUSE"], "services", environment);
      const client = connect({ ...server, database: "default" });
      await pingClickHouse(client);
      await migrate(client, checkoutFile("infra/clickhouse/migrations"));
      await client.close();
      if (config.clickhouse) await checkReader(wiring);
      return server.url;
    },
    (url) => url,
  );
}

/** The user of people's SQL exists by itself on the bundled engine only; without it all else works, so it is said, not thrown. */
async function checkReader({ environment }: Wiring): Promise<void> {
  const reader = credentials(environment["HANGUP_CLICKHOUSE"] ?? "", "sql", environment);
  const client = connect({ ...reader, database: "default" });
  try {
    await pingClickHouse(client);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `hangup up: SQL for people will not work: ${why}. Make the user with infra/clickhouse/users.sql and give its password in HANGUP_SQL_PASSWORD\n`,
    );
  } finally {
    await client.close();
  }
}
