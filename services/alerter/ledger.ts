import { clickHouseError, queryRows, type ClickHouseClient } from "@hangup/clickhouse";
import { alertRow, type Alert, type HostResets } from "./alert.ts";

/** Alerts as `hangup.alerts` keeps them: the alerter's only memory. */
export interface Ledger {
  /** Every alert that is firing, and those resolved since `resolvedSince` (milliseconds since the Unix epoch). */
  load(resolvedSince: number): Promise<Alert[]>;
  /** Writes alerts as they are now. The same write again changes nothing. */
  write(alerts: readonly Alert[]): Promise<void>;
}

interface StoredAlert {
  readonly state: "firing" | "resolved";
  readonly port: number;
  readonly cause: string;
  readonly started_ms: number;
  readonly updated_ms: number;
  readonly resolved_ms: number | null;
  readonly resets: number;
  readonly teardowns: number;
  readonly baseline_resets: number;
  readonly baseline_teardowns: number;
  readonly hosts: readonly string[];
  readonly host_resets: readonly number[];
  readonly summary: string;
  readonly version: number;
}

const LOAD = `
SELECT
  state, port, cause, resets, teardowns, baseline_resets, baseline_teardowns, summary, version,
  toUnixTimestamp64Milli(started_time) AS started_ms,
  toUnixTimestamp64Milli(updated_time) AS updated_ms,
  toUnixTimestamp64Milli(resolved_time) AS resolved_ms,
  arrayMap(x -> x.1, top_hosts) AS hosts,
  arrayMap(x -> x.2, top_hosts) AS host_resets
FROM hangup.alerts FINAL
WHERE state = 'firing' OR resolved_time >= fromUnixTimestamp64Milli({since:Int64})
ORDER BY started_time, id`;

/** @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE, HANGUP_CLICKHOUSE from both methods. */
export function createLedger(client: ClickHouseClient): Ledger {
  return {
    async load(resolvedSince) {
      const rows = await queryRows<StoredAlert>(client, LOAD, { parameters: { since: resolvedSince } });
      return rows.map(alertFrom);
    },
    async write(alerts) {
      if (alerts.length === 0) return;
      try {
        await client.insert({
          table: "hangup.alerts",
          format: "JSONEachRow",
          values: alerts.map((alert) => ({ ...alertRow(alert), version: alert.version })),
          clickhouse_settings: {
            // Said, not assumed: the server's own defaults differ between versions.
            async_insert: 0,
            date_time_input_format: "best_effort",
          },
        });
      } catch (error) {
        throw clickHouseError(error, "write to hangup.alerts");
      }
    },
  };
}

function alertFrom(row: StoredAlert): Alert {
  return {
    state: row.state,
    port: row.port,
    cause: row.cause,
    startedTime: row.started_ms,
    updatedTime: row.updated_ms,
    resolvedTime: row.resolved_ms,
    current: { resets: row.resets, teardowns: row.teardowns },
    baseline: { resets: row.baseline_resets, teardowns: row.baseline_teardowns },
    topHosts: row.hosts.map((host, i): HostResets => ({ host, resets: row.host_resets[i] })),
    summary: row.summary,
    version: row.version,
  };
}
