import type { Readable } from "node:stream";
import { lacksTables, pingClickHouse, queryRows, queryStream, type ClickHouseClient } from "@hangup/clickhouse";
import type { Statement } from "@hangup/rates";
import { HangupError } from "@hangup/service";

const SETTINGS = {
  // Below the client's own patience, so that it is ClickHouse that says so.
  max_execution_time: 25,
  date_time_output_format: "iso",
  format_csv_null_representation: "",
  // What nobody waits for any more is not computed to its end: the server does that for read-only sessions alone.
  readonly: 2,
  cancel_http_readonly_queries_on_client_close: 1,
} as const;

/** What the API reads: database `hangup` in ClickHouse, as the services' user. */
export class Store {
  readonly #client: ClickHouseClient;

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  /** @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE or HANGUP_CLICKHOUSE. */
  async rows<T>({ sql, params }: Statement): Promise<T[]> {
    try {
      return await queryRows<T>(this.#client, sql, { parameters: params, settings: SETTINGS });
    } catch (error) {
      throw explained(error);
    }
  }

  /** The answer in a ClickHouse output format, as it comes; the signal ends the query. @throws like `rows`. */
  async stream({ sql, params }: Statement, format: string, signal: AbortSignal): Promise<Readable> {
    try {
      return await queryStream(this.#client, sql, format, { parameters: params, settings: SETTINGS, signal });
    } catch (error) {
      throw explained(error);
    }
  }

  /** null when ClickHouse answers and has our tables, else why not. */
  async whyNotReady(): Promise<string | null> {
    try {
      await pingClickHouse(this.#client);
      await this.rows({ sql: "SELECT 1 FROM hangup.teardowns LIMIT 0", params: {} });
      return null;
    } catch (error) {
      if (error instanceof HangupError)
        return error.remedy === "" ? error.message : `${error.message}. ${error.remedy}`;
      return String(error);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function explained(error: unknown): unknown {
  if (!lacksTables(error)) return error;
  return new HangupError("HANGUP_CLICKHOUSE_UNREACHABLE", "ClickHouse has none of Hangup's tables yet", {
    remedy: "Run 'hangup migrate up'",
    cause: error,
  });
}
