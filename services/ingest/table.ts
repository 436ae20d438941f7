import { insertNative, queryRows, type ClickHouseClient } from "@hangup/clickhouse";
import { HangupError } from "@hangup/service";
import { NativeBlock } from "@hangup/teardowns";
import type { Block } from "./block.ts";

const TABLE = "teardowns";

/** @throws HangupError HANGUP_CLICKHOUSE when the table is missing or older than this program: better now than at the first insert. */
export async function checkTable(client: ClickHouseClient): Promise<void> {
  const rows = await queryRows<{ name: string }>(
    client,
    "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}",
    { parameters: { table: TABLE } },
  );
  const present = new Set(rows.map(({ name }) => name));
  const missing = NativeBlock.columnNames.filter((name) => !present.has(name));
  if (missing.length === 0) return;
  const what =
    present.size === 0 ? `the table ${TABLE} does not exist` : `the table ${TABLE} lacks ${missing.join(", ")}`;
  throw new HangupError("HANGUP_CLICKHOUSE", what, { remedy: "Create the tables with 'hangup migrate up'" });
}

/** One INSERT, one block. */
export function insertInto(client: ClickHouseClient): (block: Block) => Promise<void> {
  return ({ body }) => insertNative(client, TABLE, NativeBlock.columnNames, body);
}
