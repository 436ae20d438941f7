import type { ClickHouseClient } from "@hangup/clickhouse";

/** A teardown as far as rates read it; every other column keeps the table's default. */
export interface TestRow {
  readonly server_ip: string;
  readonly server_port: number;
  readonly kind: string;
  readonly cause: string;
  readonly stage: string;
  readonly benign: boolean | null;
  /** Milliseconds since the Unix epoch. */
  readonly endTime: number;
}

export async function insertRows(client: ClickHouseClient, rows: readonly TestRow[]): Promise<void> {
  await client.insert({
    table: "hangup.teardowns",
    format: "JSONEachRow",
    values: rows.map(({ endTime, ...row }) => ({ ...row, end_time: (endTime / 1_000).toFixed(6) })),
    clickhouse_settings: { async_insert: 0 },
  });
}
