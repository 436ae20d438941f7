import type { Readable } from "node:stream";
import { queryRows, queryStream, type ClickHouseClient } from "@hangup/clickhouse";
import { HangupError } from "@hangup/service";
import { judgeTree, treeStatement } from "./calls.ts";
import { statementError } from "./failure.ts";
import { shapeOf } from "./shape.ts";

export const SQL_FORMATS = {
  json: { clickhouse: "JSON", contentType: "application/json; charset=utf-8" },
  ndjson: { clickhouse: "JSONEachRow", contentType: "application/x-ndjson; charset=utf-8" },
  csv: { clickhouse: "CSVWithNames", contentType: "text/csv; charset=utf-8; header=present" },
  tsv: { clickhouse: "TabSeparatedWithNames", contentType: "text/tab-separated-values; charset=utf-8" },
  pretty: { clickhouse: "PrettyCompactMonoBlock", contentType: "text/plain; charset=utf-8" },
} as const;
export type SqlFormat = keyof typeof SQL_FORMATS;

/**
 * SQL for people. Three fences, each of which would do for most: the statement's shape, the functions that the server's
 * own parser finds in it, and a ClickHouse user who may only read database hangup, within limits.
 */
export class SqlRunner {
  readonly #client: ClickHouseClient;
  readonly #refused: (code: string) => void;

  /** @param client connected as the reader, never as the services' user. */
  constructor(client: ClickHouseClient, refused: (code: string) => void) {
    this.#client = client;
    this.#refused = refused;
  }

  /**
   * The result as it comes.
   * @throws HangupError HANGUP_SQL_REFUSED, HANGUP_SQL_FAILED, HANGUP_SQL_LIMIT or HANGUP_CLICKHOUSE_UNREACHABLE.
   */
  async run(query: string, format: SqlFormat, signal: AbortSignal): Promise<Readable> {
    try {
      const { sql, select } = shapeOf(query);
      if (select !== null) judgeTree(await this.#tree(select, signal));
      return await queryStream(this.#client, sql, SQL_FORMATS[format].clickhouse, { signal });
    } catch (error) {
      const told = statementError(error);
      if (told instanceof HangupError) this.#refused(told.code);
      throw told;
    }
  }

  async #tree(select: string, signal: AbortSignal): Promise<string> {
    const rows = await queryRows<{ explain: string }>(this.#client, treeStatement(select), { signal });
    return rows.map(({ explain }) => explain).join("\n");
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
