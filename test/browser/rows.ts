import type { ClickHouseClient } from "@hangup/clickhouse";

/** Milliseconds → seconds, as ClickHouse reads them. */
function seconds(ms: number): string {
  return (ms / 1_000).toFixed(6);
}

/** Ends of connections that are alike, as far as the page shows them. */
export interface Ends {
  readonly count: number;
  readonly host: string;
  readonly port: number;
  readonly kind: "fin" | "reset" | "refused" | "timeout";
  readonly cause: string;
  readonly stage?: string;
  readonly benign?: boolean | null;
  /** Other columns, as ClickHouse reads them. */
  readonly fields?: Readonly<Record<string, string | number | readonly string[] | null>>;
}

/** Puts them into ClickHouse as though they had ended one after the other between these times (milliseconds). */
export async function insertEnds(
  client: ClickHouseClient,
  from: number,
  to: number,
  ends: readonly Ends[],
): Promise<void> {
  const rows = ends.flatMap(({ count, host, port, kind, cause, stage = "data", benign = false, fields }) =>
    Array.from({ length: count }, (_, i) => ({
      server_ip: host.includes(":") ? host : `::ffff:${host}`,
      server_port: port,
      kind,
      cause,
      stage,
      benign,
      end_time: seconds(from + ((to - from) * (i + 0.5)) / count),
      ...fields,
    })),
  );
  const values = rows.map((row, seq) => ({ collector: "edge-1", epoch: Math.floor(from), seq, ...row }));
  await client.insert({
    table: "hangup.teardowns",
    format: "JSONEachRow",
    values,
    clickhouse_settings: { async_insert: 0 },
  });
}

/** A row of hangup.alerts; `resolvedTime` in milliseconds ends it. */
export async function writeAlert(
  client: ClickHouseClient,
  startedTime: number,
  summary: string,
  resolvedTime: number | null,
): Promise<void> {
  await client.insert({
    table: "hangup.alerts",
    format: "JSONEachRow",
    values: [
      {
        id: `443-app_abort-${Math.floor(startedTime / 1_000)}`,
        fingerprint: "443-app_abort",
        state: resolvedTime === null ? "firing" : "resolved",
        port: 443,
        cause: "app_abort",
        started_time: seconds(startedTime),
        updated_time: seconds(startedTime + 120_000),
        resolved_time: resolvedTime === null ? null : seconds(resolvedTime),
        resets: 38,
        teardowns: 310,
        rate: 38 / 310,
        baseline_resets: 146,
        baseline_teardowns: 18_204,
        baseline_rate: 146 / 18_204,
        top_hosts: [{ host: "10.0.0.5", resets: 38 }],
        summary,
        version: resolvedTime ?? startedTime + 120_000,
      },
    ],
    clickhouse_settings: { async_insert: 0 },
  });
}
