import type { Readable } from "node:stream";
import type { ClickHouseClient } from "./client.ts";

export interface QueryOptions {
  /** Values for `{name:Type}` in the text. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Server settings; none for `hangup_reader`, who may send none but max_execution_time. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly signal?: AbortSignal;
}

/** All rows of a SELECT, as JSON objects; 64-bit integers as numbers. @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE, HANGUP_CLICKHOUSE. */
export async function queryRows<T>(client: ClickHouseClient, sql: string, options: QueryOptions = {}): Promise<T[]> {
  throw new Error(`not yet: ${String(client)} ${sql} ${String(options)}`);
}

/** The answer of a SELECT as bytes in any ClickHouse output format, as it comes. */
export async function queryStream(
  client: ClickHouseClient,
  sql: string,
  format: string,
  options: QueryOptions = {},
): Promise<Readable> {
  throw new Error(`not yet: ${String(client)} ${sql} ${format} ${String(options)}`);
}

/** A statement without an answer (DDL, INSERT … SELECT). */
export async function execute(client: ClickHouseClient, sql: string, options: QueryOptions = {}): Promise<void> {
  throw new Error(`not yet: ${String(client)} ${sql} ${String(options)}`);
}
