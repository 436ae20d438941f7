import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { queryStream, type ClickHouseClient } from "@hangup/clickhouse";
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

/** Above every limit that ClickHouse sets for the reader, so that it is ClickHouse that says which one was met. */
export const SQL_TIMEOUT_MS = 65_000;

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
    const answer = await text(await queryStream(this.#client, treeStatement(select), "JSONEachRow", { signal }));
    const lines = answer.split("\n").filter((line) => line !== "");
    return lines.map((line) => (JSON.parse(line) as { explain: string }).explain).join("\n");
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
