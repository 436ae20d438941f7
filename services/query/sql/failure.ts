import { HangupError, shortened } from "@hangup/service";
import { serverErrorCode } from "@hangup/clickhouse";
import { refused } from "./shape.ts";

/** The server's error codes for what this user may not do. */
const REFUSALS = new Set([
  164, // READONLY
  291, // DATABASE_ACCESS_DENIED
  344, // SUPPORT_IS_DISABLED
  446, // FUNCTION_NOT_ALLOWED
  452, // SETTING_CONSTRAINT_VIOLATION
  497, // ACCESS_DENIED
]);

/** And for a limit that it met. */
const LIMITS = new Set([
  158, // TOO_MANY_ROWS
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  161, // TOO_MANY_COLUMNS
  167, // TOO_DEEP_AST
  168, // TOO_BIG_AST
  191, // SET_SIZE_LIMIT_EXCEEDED
  201, // QUOTA_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  241, // MEMORY_LIMIT_EXCEEDED
  290, // LIMIT_EXCEEDED
  306, // TOO_DEEP_RECURSION
  307, // TOO_MANY_BYTES
  394, // QUERY_WAS_CANCELLED
  396, // TOO_MANY_ROWS_OR_BYTES
]);

/** AUTHENTICATION_FAILED: our configuration is at fault, not the statement. */
const NOT_THE_READERS_FAULT = new Set([516]);

/** What the server said of a reader's statement → refused, limit, or a statement that cannot be run. */
export function statementError(error: unknown): unknown {
  const code = serverErrorCode(error);
  if (code === null || NOT_THE_READERS_FAULT.has(code)) return error;
  const words = serverWords(error);
  if (REFUSALS.has(code)) return refused(words);
  if (LIMITS.has(code)) {
    return new HangupError("HANGUP_SQL_LIMIT", words, {
      remedy: "Ask for less: a shorter range, fewer columns, a LIMIT",
      cause: error,
    });
  }
  return new HangupError("HANGUP_SQL_FAILED", words, { cause: error });
}

/** Where the server's message repeats the statement: to its end, or to what it suggests. Of syntax errors it cuts it itself. */
const STATEMENT = /(\bin (?:scope|query):? )(.*?)(?=\.? Maybe you meant\b|$)/i;

/** The server's message, without its version and its list of everything that it expected, and with little of the statement. */
export function serverWords(error: unknown): string {
  const cause = error instanceof HangupError && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  const words = text
    .replace(/^Code: \d+\. DB::Exception: /, "")
    .replace(/ *\(version [^()]*(\([^()]*\))?\)\s*$/, "")
    .replace(/\s*\([A-Z_]+\)\s*$/, "")
    .replace(/\.?\s*Expected one of:.*$/s, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/\.+$/, "")
    .replace(STATEMENT, (_, before: string, statement: string) => before + shortened(statement));
  return shortened(words, 1_000);
}
