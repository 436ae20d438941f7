import { pino, type Logger } from "pino";

export type { Logger } from "pino";

/**
 * A service's log: one JSON object a line on stderr (stdout is for data). `HANGUP_LOG_LEVEL` sets the level.
 * Errors are logged once, where they end.
 */
export function createLogger(service: string): Logger {
  return pino(
    {
      name: service,
      level: process.env["HANGUP_LOG_LEVEL"] ?? "info",
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { service },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
