import type { ClickHouseClient } from "./client.ts";

export interface InsertSettings {
  /** Names the block: the same token is stored once within the table's deduplication window. Without one nothing is deduplicated. */
  readonly token?: string;
  /** The insert fails when it takes longer; default 20 s, below the consumer's session timeout. */
  readonly timeoutMs?: number;
  /** Most partitions of the table that the block may touch (max_partitions_per_insert_block); default the server's, 100. */
  readonly maxPartitions?: number;
}

/**
 * Inserts one block in Native format. Resolves when the server has stored it; an error does not mean that it has not.
 * @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE or HANGUP_CLICKHOUSE; `isTransient` tells whether to try again.
 */
export async function insertNative(
  client: ClickHouseClient,
  table: string,
  columnNames: readonly string[],
  body: Uint8Array,
  settings: InsertSettings = {},
): Promise<void> {
  throw new Error(`not yet: ${String(client)} ${table} ${columnNames.join()} ${body.length} ${settings.token}`);
}
