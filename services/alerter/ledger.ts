import { clickHouseError, queryRows, type ClickHouseClient } from "@hangup/clickhouse";
import { HangupError } from "@hangup/service";
import { alertRow, type Alert, type HostResets } from "./alert.ts";

/** What the alerter knows of its former life. */
export interface Memory {
  /** Every alert that is firing, and those resolved lately, oldest first. */
  readonly alerts: readonly Alert[];
  /** Messages that webhooks have taken: `deliveryKey` of each. */
  readonly delivered: ReadonlySet<string>;
}

/** One message that a webhook has taken. */
export interface Delivery {
  readonly receiver: string;
  readonly alertId: string;
  readonly state: "firing" | "resolved";
}

export function deliveryKey({ receiver, alertId: id, state }: Delivery): string {
  return `${receiver} ${id} ${state}`;
}

/** Alerts and deliveries as ClickHouse keeps them: the alerter's only memory. */
export interface Ledger {
  /** @param resolvedSince milliseconds since the Unix epoch: alerts that were resolved before are forgotten. */
  load(resolvedSince: number): Promise<Memory>;
  /** Writes alerts as they are now. The same write again changes nothing. */
  write(alerts: readonly Alert[]): Promise<void>;
  /** Writes that a message was taken. */
  delivered(delivery: Delivery): Promise<void>;
}

const TABLES = ["hangup.alerts", "hangup.teardowns", "hangup_internal.alert_deliveries"];

/** @throws HangupError HANGUP_CLICKHOUSE when a table is missing: better now than never an alert. */
export async function checkTables(client: ClickHouseClient): Promise<void> {
  const rows = await queryRows<{ name: string }>(
    client,
    "SELECT concat(database, '.', name) AS name FROM system.tables WHERE database IN ('hangup', 'hangup_internal')",
  );
  const missing = TABLES.filter((table) => !rows.some(({ name }) => name === table));
  if (missing.length === 0) return;
  throw new HangupError("HANGUP_CLICKHOUSE", `ClickHouse has no table ${missing.join(", ")}`, {
    remedy: "Create the tables with 'hangup migrate up'",
  });
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

const LOAD_DELIVERIES = `
SELECT receiver, alert_id, state
FROM hangup_internal.alert_deliveries
WHERE alert_id IN (
  SELECT id FROM hangup.alerts FINAL WHERE state = 'firing' OR resolved_time >= fromUnixTimestamp64Milli({since:Int64}))`;

interface StoredDelivery {
  readonly receiver: string;
  readonly alert_id: string;
  readonly state: "firing" | "resolved";
}

/** Every method throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE, HANGUP_CLICKHOUSE. */
export function createLedger(client: ClickHouseClient): Ledger {
  const insert = async (table: string, values: readonly object[]): Promise<void> => {
    try {
      await client.insert({
        table,
        format: "JSONEachRow",
        values,
        // Said, not assumed: the server's own default differs between versions.
        clickhouse_settings: { async_insert: 0, date_time_input_format: "best_effort" },
      });
    } catch (error) {
      throw clickHouseError(error, `write to ${table}`);
    }
  };
  return {
    async load(resolvedSince) {
      const options = { parameters: { since: resolvedSince } };
      const alerts = await queryRows<StoredAlert>(client, LOAD, options);
      const deliveries = await queryRows<StoredDelivery>(client, LOAD_DELIVERIES, options);
      return {
        alerts: alerts.map(alertFrom),
        delivered: new Set(deliveries.map((row) => deliveryKey({ ...row, alertId: row.alert_id }))),
      };
    },
    async write(alerts) {
      if (alerts.length === 0) return;
      const rows = alerts.map((alert) => ({ ...alertRow(alert), version: alert.version }));
      await insert("hangup.alerts", rows);
    },
    delivered: ({ receiver, alertId: id, state }) =>
      insert("hangup_internal.alert_deliveries", [{ receiver, alert_id: id, state }]),
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
