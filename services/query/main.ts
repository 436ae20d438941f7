import { connect, credentials } from "@hangup/clickhouse";
import { runService, type RunningService, type ServiceContext } from "@hangup/service";
import { createApp, listenOn } from "./app.ts";
import { startGrpcServer } from "./grpc/grpc-server.ts";
import { QueryMetrics } from "./health/metrics.ts";
import { spec, type options } from "./options.ts";
import { RateReader } from "./rates/rate-reader.ts";
import { SQL_TIMEOUT_MS, SqlRunner } from "./sql/sql-runner.ts";
import { SystemClock } from "./store/clock.ts";
import { Store } from "./store/store.ts";
import { TeardownReader } from "./teardowns/teardown-reader.ts";

/**
 * ClickHouse → store → rates, teardowns, alerts → REST and gRPC
 * ClickHouse (as the reader) → SQL for people → REST
 * It starts without ClickHouse: requests answer 503 until it is there.
 */
async function start({ config, log }: ServiceContext<typeof options>): Promise<RunningService> {
  const services = credentials(config.clickhouse, "services");
  const reader = { ...credentials(config.clickhouse, "sql"), user: config.sqlUser };
  const store = new Store(connect({ ...services, application: "hangup-query" }));
  const metrics = new QueryMetrics();
  const sql = new SqlRunner(
    connect({ ...reader, application: "hangup-sql", requestTimeoutMs: SQL_TIMEOUT_MS }),
    (code) => metrics.sqlRefused(code),
  );
  const clock = new SystemClock();
  const rates = new RateReader(store);
  const teardowns = new TeardownReader(store);

  const parts = { store, rates, teardowns, sql, clock, metrics };
  const app = await createApp({ parts, log });
  const port = await listenOn(app, config.listen);
  const grpc = await startGrpcServer({ address: config.grpcListen, rates, clock, log });
  log.info({ url: `http://${config.listen.host}:${port}`, grpc: grpc.port, clickhouse: services.url }, "serving");

  return {
    async stop() {
      await Promise.all([app.close(), grpc.stop()]);
      await Promise.all([store.close(), sql.close()]);
    },
  };
}

await runService(spec, start);
