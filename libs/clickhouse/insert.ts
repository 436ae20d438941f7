import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { HangupError } from "@hangup/service";
import { serverOf, type ClickHouseClient } from "./client.ts";
import { clickHouseError } from "./failure.ts";

export interface InsertSettings {
  /** Names the block: the same token is stored once within the table's deduplication window. Without one nothing is deduplicated. */
  readonly token?: string;
  /** The insert fails when it takes longer; default 20 s, below the consumer's session timeout. */
  readonly timeoutMs?: number;
  /** Most partitions of the table that the block may touch; default 400. */
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
  const { token, timeoutMs = 20_000, maxPartitions = 400 } = settings;
  const deduplicate = token !== undefined;
  try {
    // client.insert() knows no Native; exec sends the stream as it is.
    const { stream } = await client.exec({
      query: `INSERT INTO ${table} (${columnNames.join(", ")}) FORMAT Native`,
      values: Readable.from([body], { objectMode: false }),
      abort_signal: AbortSignal.timeout(timeoutMs),
      // Each of them said: the server's defaults change between versions, and a profile may hold others.
      clickhouse_settings: {
        async_insert: 0,
        // The answer waits for the end, so that its status is the insert's and not the first byte's.
        wait_end_of_query: 1,
        max_execution_time: Math.ceil(timeoutMs / 1000),
        max_partitions_per_insert_block: String(maxPartitions),
        // One INSERT is one block: a retry must be cut in the same way, or its token fits nothing.
        max_insert_threads: "1",
        max_insert_block_size: "4194304",
        min_insert_block_size_rows: "4194304",
        min_insert_block_size_bytes: "4294967296",
        // By default a table with a window drops blocks of equal content even without a token.
        insert_deduplicate: deduplicate ? 1 : 0,
        deduplicate_insert: deduplicate ? "enable" : "disable",
        deduplicate_blocks_in_dependent_materialized_views: deduplicate ? 1 : 0,
        ...(deduplicate ? { insert_deduplication_token: token } : {}),
      },
    });
    const answer = (await text(stream)).trim();
    if (answer !== "") throw new HangupError("HANGUP_CLICKHOUSE", `${serverOf(client)}: ${answer}`);
  } catch (error) {
    throw clickHouseError(error, serverOf(client));
  }
}
