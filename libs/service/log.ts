import { pino, type Logger } from "pino";
import { logLevel } from "./log-levels.ts";

export type { Logger } from "pino";

/**
 * A service's log: one JSON object a line on stderr (stdout is for data). `HANGUP_LOG_LEVEL` sets the level.
 * Errors are logged once, where they end.
 * @throws HangupError HANGUP_USAGE, naming the levels.
 */
export function createLogger(service: string, environment: NodeJS.ProcessEnv = process.env): Logger {
  return pino(
    {
      name: service,
      level: logLevel(environment),
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { service },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
