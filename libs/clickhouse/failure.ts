import { ClickHouseError } from "@clickhouse/client";
import { HangupError } from "@hangup/service";

/** Server errors after which the same request may succeed; everything else it says again each time. */
const transientCodes: ReadonlySet<number> = new Set([
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  225, // NO_ZOOKEEPER
  236, // ABORTED: the server is shutting down
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY: a replica without its Keeper
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  305, // CANNOT_ASSIGN_ALTER
  319, // UNKNOWN_STATUS_OF_INSERT
  394, // QUERY_WAS_CANCELLED
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  700, // USER_SESSION_LIMIT_EXCEEDED
  999, // KEEPER_EXCEPTION
  1000, // POCO_EXCEPTION: files and sockets of the server's own
  1001, // STD_EXCEPTION
  1002, // UNKNOWN_EXCEPTION
]);

/**
 * Turns what @clickhouse/client throws into HANGUP_CLICKHOUSE_UNREACHABLE, or HANGUP_CLICKHOUSE with the server's words.
 * `what` begins the message: the server's address without a password, or what was being done.
 */
export function clickHouseError(error: unknown, what: string): HangupError {
  if (error instanceof HangupError) return error;
  const told = serverSaid(error);
  if (told !== null) return serverError(told, what);
  const failure = error as NodeJS.ErrnoException;
  const late =
    failure.name === "AbortError" || failure.name === "TimeoutError" || /aborted|timeout/i.test(failure.message);
  const why = late ? "it took too long" : failure.code || firstLine(failure.message) || "the connection was closed";
  return new HangupError("HANGUP_CLICKHOUSE_UNREACHABLE", `${what}: no ClickHouse server answers (${why})`, {
    remedy: "Check the address, and that the server runs and may be reached from here",
    cause: error,
  });
}

/**
 * An error that the server answered with, null for every other. What its libraries throw is worded otherwise than its own
 * errors, `Poco::Exception. Code: 1000, e.code() = 2, File not found: …`, and the client gives it as a plain Error.
 */
function serverSaid(error: unknown): ClickHouseError | null {
  if (error instanceof ClickHouseError) return error;
  const text = error instanceof Error ? error.message : "";
  const match = /^(Poco::|std::|Unknown )exception\. Code: (\d+)(?:, e\.code\(\) = -?\d+)?,? *(.*)/is.exec(text);
  if (match === null) return null;
  const [, library, code, message] = match;
  const type = `${library.replace(/\W/g, "").toUpperCase()}_EXCEPTION`;
  return new ClickHouseError({ message: message || text, code, type });
}

function serverError(error: ClickHouseError, what: string): HangupError {
  const words = firstLine(error.message);
  const [message, remedy] =
    error.type === "AUTHENTICATION_FAILED"
      ? [
          words.replace(/: password is incorrect.*/, ""),
          "Give user and password in the URL, or in HANGUP_CLICKHOUSE_USER and HANGUP_CLICKHOUSE_PASSWORD (for people's SQL in HANGUP_SQL_USER and HANGUP_SQL_PASSWORD); those of the ClickHouse that 'hangup up' runs stand in secrets.json under its --data",
        ]
      : error.type === "UNKNOWN_DATABASE"
        ? [words, "Create the tables with 'hangup migrate up'"]
        : [words, ""];
  const name = error.type ? ` (${error.type})` : "";
  return new HangupError("HANGUP_CLICKHOUSE", `${what}: ${message}${name}`, {
    remedy,
    cause: error,
  });
}

/** The server's messages carry the statement and, for some errors, pages of advice. */
function firstLine(text: string): string {
  const line = text
    .trim()
    .split("\n")[0]
    .replace(/\s*\(version [^()]*(\([^()]*\))?\)\s*/, "");
  return line.length > 500 ? `${line.slice(0, 500)}…` : line.replace(/[.:]?\s*$/, "");
}

/** True when the same request may succeed later: nobody answers, too many parts, memory or time limit, read-only replica. */
export function isTransient(error: unknown): boolean {
  if (error instanceof HangupError && error.code === "HANGUP_CLICKHOUSE_UNREACHABLE") return true;
  const code = serverErrorCode(error);
  return code !== null && transientCodes.has(code);
}

/** The server's own error code (e.g. 60 UNKNOWN_TABLE), null when it was not the server that failed. */
export function serverErrorCode(error: unknown): number | null {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof ClickHouseError) return Number(inner.code);
  }
  return null;
}

/** True when the server says UNKNOWN_TABLE or UNKNOWN_DATABASE: it has not been migrated yet. */
export function lacksTables(error: unknown): boolean {
  const code = serverErrorCode(error);
  return code === 60 || code === 81;
}
