import type { Readable } from "node:stream";
import { serverOf, type ClickHouseClient } from "./client.ts";
import { clickHouseError } from "./failure.ts";

export interface QueryOptions {
  /** Values for `{name:Type}` in the text. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Server settings; none for `hangup_reader`, who may send none but max_execution_time. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly signal?: AbortSignal;
}

/**
 * All rows of a SELECT, as JSON objects; 64-bit integers as numbers. For the services' user: it sends a setting.
 * @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE, HANGUP_CLICKHOUSE.
 */
export async function queryRows<T>(client: ClickHouseClient, sql: string, options: QueryOptions = {}): Promise<T[]> {
  try {
    const result = await client.query({
      query: sql,
      format: "JSONEachRow",
      ...parameters(options),
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, ...options.settings },
    });
    return await result.json<T>();
  } catch (error) {
    throw clickHouseError(error, serverOf(client));
  }
}

/**
 * The answer of a SELECT as bytes in any ClickHouse output format, as it comes. Sends no setting of its own. When the
 * query fails half-way the stream ends with an error.
 */
export async function queryStream(
  client: ClickHouseClient,
  sql: string,
  format: string,
  options: QueryOptions = {},
): Promise<Readable> {
  try {
    const { stream } = await client.exec({
      query: `${sql}\nFORMAT ${format}`,
      ...parameters(options),
      clickhouse_settings: { ...options.settings },
    });
    return stream;
  } catch (error) {
    throw clickHouseError(error, serverOf(client));
  }
}

/** A statement without an answer (DDL, INSERT … SELECT). */
export async function execute(client: ClickHouseClient, sql: string, options: QueryOptions = {}): Promise<void> {
  try {
    await client.command({
      query: sql,
      ...parameters(options),
      clickhouse_settings: { wait_end_of_query: 1, ...options.settings },
    });
  } catch (error) {
    throw clickHouseError(error, serverOf(client));
  }
}

function parameters({ parameters: values, signal }: QueryOptions): {
  query_params?: Record<string, unknown>;
  abort_signal?: AbortSignal;
} {
  return { ...(values ? { query_params: { ...values } } : {}), ...(signal ? { abort_signal: signal } : {}) };
}
