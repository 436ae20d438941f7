import { hash } from "node:crypto";
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

/**
 * One INSERT, one block. Its token names the messages and what was made of them, so that a block is stored once however
 * often it is sent: an answer that was lost does not mean that the rows were.
 */
export function insertInto(client: ClickHouseClient, topic: string): (block: Block) => Promise<void> {
  return (block) =>
    insertNative(client, TABLE, NativeBlock.columnNames, block.body, { token: blockToken(topic, block) });
}

/**
 * `topic:partition:from-to:hash of the body`. The range alone would not do: a topic that was deleted and made again
 * counts its offsets anew, and the server would drop other rows under a token that it knows.
 */
function blockToken(topic: string, { partition, from, to, body }: Block): string {
  return `${topic}:${partition}:${from}-${to}:${hash("sha256", body, "hex").slice(0, 32)}`;
}
