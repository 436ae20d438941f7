import type { HangupError } from "@hangup/service";

/** Turns what @clickhouse/client throws into a HangupError: HANGUP_CLICKHOUSE_UNREACHABLE, or HANGUP_CLICKHOUSE with the server's words. */
export function clickHouseError(error: unknown, what: string): HangupError {
  throw new Error(`not yet: ${String(error)} ${what}`);
}

/** True when the same request may succeed later: nobody answers, too many parts, memory or time limit, read-only replica. */
export function isTransient(error: unknown): boolean {
  throw new Error(`not yet: ${String(error)}`);
}

/** The server's own error code (e.g. 60 UNKNOWN_TABLE), null when it was not the server that failed. */
export function serverErrorCode(error: unknown): number | null {
  throw new Error(`not yet: ${String(error)}`);
}
