import { queryRows, type ClickHouseClient } from "@hangup/clickhouse";
import { COLUMNS, teardownToObject, type Teardown } from "@hangup/teardowns";

export type StoredRow = Record<string, unknown>;

const ALL = COLUMNS.map(({ name }) => name).join(", ");

/** Every column of the rows of a collector, aliases too, in the order of seq, in the words of the NDJSON line. */
export async function storedRows(client: ClickHouseClient, collector: string): Promise<StoredRow[]> {
  const rows = await queryRows<StoredRow>(
    client,
    `SELECT ${ALL}, epoch, seq, kafka_partition, kafka_offset FROM hangup.teardowns WHERE collector = {collector:String} ORDER BY seq`,
    { parameters: { collector }, settings: { output_format_json_quote_64bit_integers: 0 } },
  );
  return rows.map(inJsonWords);
}

/** SQL's text of times and addresses, and '' for no name, as the NDJSON line says them. */
function inJsonWords(row: StoredRow): StoredRow {
  const words = { ...row };
  for (const { name, shape } of COLUMNS) {
    const value = row[name];
    if (shape === "time") words[name] = `${String(value).replace(" ", "T")}Z`;
    if (shape === "address") words[name] = String(value).replace(/^::ffff:(?=\d+\.)/, "");
    if (shape === "optional_name" && value === "") words[name] = null;
  }
  return words;
}

/** What `storedRows` gives for this row once it is stored. */
export function expectedRow(row: Teardown, partition: number, offset: number): StoredRow {
  return { ...teardownToObject(row), epoch: row.epoch, seq: row.seq, kafka_partition: partition, kafka_offset: offset };
}
