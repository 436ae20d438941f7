/**
 * Every error that a person may see: a stable code, what it means, what to do about it.
 * Messages name the thing that is wrong; `remedy` says what to do. Printed once, at the top, without a stack trace.
 */
export const ERROR_CODES = {
  HANGUP_USAGE: "an unknown option, or an option with a value that cannot be used",
  HANGUP_CONFIG: "a configuration file that cannot be read or holds an unknown key",
  HANGUP_NOT_A_CAPTURE: "the file is neither pcap nor pcapng",
  HANGUP_CAPTURE_TRUNCATED: "the capture ends in the middle of a record",
  HANGUP_LINK_TYPE: "the capture's link type is not decoded",
  HANGUP_FILE: "a file cannot be opened, read or written",
  HANGUP_CAPTURE_FILTER: "tcpdump refuses the BPF expression",
  HANGUP_NO_INTERFACE: "the network interface does not exist",
  HANGUP_CAPTURE_PERMISSION: "this user may not capture packets",
  HANGUP_CAPTURE_FAILED: "tcpdump ended although it should go on",
  HANGUP_MISSING_TOOL: "a program that is needed is not installed",
  HANGUP_PORT_TAKEN: "another process listens on the port",
  HANGUP_KAFKA_UNREACHABLE: "no Kafka broker answers",
  HANGUP_KAFKA: "the Kafka broker refuses a request",
  HANGUP_CLICKHOUSE_UNREACHABLE: "no ClickHouse server answers",
  HANGUP_CLICKHOUSE: "ClickHouse refuses a statement",
  HANGUP_CLICKHOUSE_VERSION: "the ClickHouse server is too old",
  HANGUP_API_UNREACHABLE: "the Hangup query API does not answer",
  HANGUP_BAD_URL: "a URL that cannot be used",
  HANGUP_BAD_METHOD: "a method that the path does not take",
  HANGUP_BAD_PARAMETER: "an unknown query parameter, or one with a value that cannot be used",
  HANGUP_SQL_REFUSED: "the SQL statement is not allowed for this user",
  HANGUP_SQL_FAILED: "the SQL statement cannot be run as it stands",
  HANGUP_SQL_LIMIT: "the SQL statement met a limit on time, memory or rows",
  HANGUP_NOT_FOUND: "there is nothing under this name",
  HANGUP_ALREADY_RUNNING: "another hangup up uses the same data directory",
  HANGUP_CHILD_DIED: "one of the processes that hangup up runs has ended",
  HANGUP_NO_NAMESPACES: "this user may not make network namespaces",
  HANGUP_INTERNAL: "a fault in Hangup itself",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes that mean "the command was typed wrong": exit code 2. Everything else is a runtime failure: exit code 1. */
const usageCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "HANGUP_USAGE",
  "HANGUP_CONFIG",
  "HANGUP_BAD_URL",
  "HANGUP_BAD_PARAMETER",
  "HANGUP_CAPTURE_FILTER",
]);

export class HangupError extends Error {
  readonly code: ErrorCode;
  /** What the reader can do, one sentence; empty when the message says it all. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "HangupError";
    this.code = code;
    this.remedy = options.remedy ?? "";
  }

  /** 2 when the command or its configuration is wrong, 1 when something failed at run time. */
  get exitCode(): 1 | 2 {
    return usageCodes.has(this.code) ? 2 : 1;
  }
}

/** One line for a person: `hangup ingest: message. remedy`. Faults of Hangup itself keep their stack. */
export function describeError(command: string, error: unknown): string {
  if (error instanceof HangupError) {
    return `${command}: ${error.message}${error.remedy ? `. ${error.remedy}` : ""}`;
  }
  return `${command}: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
