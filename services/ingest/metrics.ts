import { Counter, Gauge, Histogram, type Registry } from "@hangup/service";

export type IngestMetrics = ReturnType<typeof createMetrics>;

export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    rows: new Counter({ name: "hangup_ingest_rows_total", help: "Rows stored in ClickHouse", registers }),
    messages: new Counter({
      name: "hangup_ingest_messages_total",
      help: "Messages whose rows are stored or that were dead letters",
      registers,
    }),
    blocks: new Counter({ name: "hangup_ingest_blocks_total", help: "Blocks stored, one insert each", registers }),
    blockRows: new Histogram({
      name: "hangup_ingest_block_rows",
      help: "Rows a block",
      buckets: [1, 10, 100, 1_000, 10_000, 50_000, 100_000, 200_000],
      registers,
    }),
    insertDuration: new Histogram({
      name: "hangup_ingest_insert_duration_seconds",
      help: "Time that the insert of a block took, from the last try's start to ClickHouse's answer",
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
      registers,
    }),
    insertFailures: new Counter({
      name: "hangup_ingest_insert_failures_total",
      help: "Inserts that failed and were tried again",
      registers,
    }),
    deadLetters: new Counter({
      name: "hangup_ingest_dead_letters_total",
      help: "Messages sent to the dead-letter topic, by reason",
      labelNames: ["reason"] as const,
      registers,
    }),
    outOfRange: new Counter({
      name: "hangup_ingest_out_of_range_rows_total",
      help: "Rows not stored, since they ended before the retention or more than an hour ahead",
      registers,
    }),
    storedDelay: new Histogram({
      name: "hangup_ingest_stored_delay_seconds",
      help: "From a block's oldest message reaching Kafka to its rows being stored",
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3_600],
      registers,
    }),
    lag: new Gauge({
      name: "hangup_ingest_lag_messages",
      help: "Messages of a partition that are not yet stored",
      labelNames: ["partition"] as const,
      registers,
    }),
  };
}
