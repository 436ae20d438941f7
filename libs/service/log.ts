import { pino, type Logger } from "pino";
import { HangupError } from "./errors.ts";
import { LOG_LEVELS } from "./log-levels.ts";

export type { Logger } from "pino";

/**
 * A service's log: one JSON object a line on stderr (stdout is for data). `HANGUP_LOG_LEVEL` sets the level.
 * Errors are logged once, where they end.
 * @throws HangupError HANGUP_USAGE, naming the levels.
 */
export function createLogger(service: string, level = process.env["HANGUP_LOG_LEVEL"] || "info"): Logger {
  if (!(LOG_LEVELS as readonly string[]).includes(level)) {
    throw new HangupError("HANGUP_USAGE", `HANGUP_LOG_LEVEL '${level}' is no level`, {
      remedy: `Use one of ${LOG_LEVELS.join(", ")}`,
    });
  }
  return pino(
    {
      name: service,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { service },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
