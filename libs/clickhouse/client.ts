import { ClickHouseLogLevel, createClient, type ClickHouseClient } from "@clickhouse/client";
import { HangupError } from "@hangup/service";
import { clickHouseError } from "./failure.ts";

export type { ClickHouseClient } from "@clickhouse/client";

/** The oldest server that has everything the migrations and inserts use: `deduplicate_insert` is from 26.2. */
export const MINIMUM_VERSION = "26.2";

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
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.search !== "" || parsed.hash !== "") {
    // The text may hold a password.
    throw new HangupError("HANGUP_BAD_URL", `'${url.replace(/\/\/.*@/, "//***@")}' is no ClickHouse URL`, {
      remedy: "Write it as http://HOST:8123 or https://USER:PASSWORD@HOST:8443",
    });
  }
  const address = `${parsed.origin}${parsed.pathname.replace(/\/$/, "")}`;
  if (role === "sql") {
    const user = environment["HANGUP_SQL_USER"] || "hangup_reader";
    return { url: address, user, password: environment["HANGUP_SQL_PASSWORD"] ?? "" };
  }
  if (parsed.username !== "") {
    return { url: address, user: decodeURIComponent(parsed.username), password: decodeURIComponent(parsed.password) };
  }
  const user = environment["HANGUP_CLICKHOUSE_USER"] || "hangup";
  return { url: address, user, password: environment["HANGUP_CLICKHOUSE_PASSWORD"] ?? "" };
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

const addresses = new WeakMap<ClickHouseClient, string>();

/** Begins a message about what happened to a client: `ClickHouse at http://127.0.0.1:8123`. */
export function serverOf(client: ClickHouseClient): string {
  return `ClickHouse at ${addresses.get(client) ?? "an unknown address"}`;
}

/** A client of the official library with its log silenced: errors come back as values and are logged once, by the caller. */
export function connect(options: ConnectOptions): ClickHouseClient {
  const client = createClient({
    url: options.url,
    username: options.user,
    password: options.password,
    database: options.database ?? "hangup",
    application: options.application ?? "hangup",
    request_timeout: options.requestTimeoutMs ?? 30_000,
    max_open_connections: options.maxOpenConnections ?? 10,
    log: { level: ClickHouseLogLevel.OFF },
  });
  addresses.set(client, options.url);
  return client;
}

/**
 * One authenticated round trip.
 * @returns the server's version, e.g. `26.7.3.1`.
 * @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE, HANGUP_CLICKHOUSE (refused: wrong password, say) or HANGUP_CLICKHOUSE_VERSION.
 */
export async function pingClickHouse(client: ClickHouseClient): Promise<string> {
  let version: string;
  try {
    const answer = await client.query({ query: "SELECT version() AS version", format: "JSONEachRow" });
    [{ version }] = await answer.json<{ version: string }>();
  } catch (error) {
    throw clickHouseError(error, serverOf(client));
  }
  if (isOlder(version, MINIMUM_VERSION)) {
    throw new HangupError("HANGUP_CLICKHOUSE_VERSION", `${serverOf(client)} is version ${version}`, {
      remedy: `Hangup needs ${MINIMUM_VERSION} or newer`,
    });
  }
  return version;
}

/** Compares major and minor: 9.10 is newer than 9.9. */
export function isOlder(version: string, minimum: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = minimum.split(".").map(Number);
  return major !== leastMajor ? major < leastMajor : minor < leastMinor;
}
