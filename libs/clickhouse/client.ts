import type { ClickHouseClient } from "@clickhouse/client";

export type { ClickHouseClient } from "@clickhouse/client";

/** The oldest server that has everything the migrations and inserts use. */
export const MINIMUM_VERSION = "25.3";

export interface Credentials {
  /** Without user and password: fit for messages. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Splits `http://user:password@host:8123`. What the URL lacks comes from HANGUP_CLICKHOUSE_USER and
 * HANGUP_CLICKHOUSE_PASSWORD for `services`, HANGUP_SQL_USER and HANGUP_SQL_PASSWORD for `sql`, which never takes the
 * URL's user; else user `hangup` or `hangup_reader`, no password.
 * @throws HangupError HANGUP_BAD_URL.
 */
export function credentials(
  url: string,
  role: "services" | "sql",
  environment: NodeJS.ProcessEnv = process.env,
): Credentials {
  throw new Error(`not yet: ${url} ${role} ${environment["HOME"]}`);
}

export interface ConnectOptions extends Credentials {
  /** Default `hangup`; migrations connect to `default`, since theirs may not exist yet. */
  readonly database?: string;
  /** Shown in system.query_log. */
  readonly application?: string;
  /** Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** Default 10. */
  readonly maxOpenConnections?: number;
}

/** A client of the official library with its log silenced: errors come back as values and are logged once, by the caller. */
export function connect(options: ConnectOptions): ClickHouseClient {
  throw new Error(`not yet: ${options.url}`);
}

/**
 * One authenticated round trip.
 * @returns the server's version, e.g. `26.7.3.1`.
 * @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE, HANGUP_CLICKHOUSE (refused: wrong password, say) or HANGUP_CLICKHOUSE_VERSION.
 */
export async function pingClickHouse(client: ClickHouseClient): Promise<string> {
  throw new Error(`not yet: ${String(client)}`);
}
