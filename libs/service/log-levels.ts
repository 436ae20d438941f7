import { HangupError } from "./errors.ts";

/** What HANGUP_LOG_LEVEL may be, the most talkative first. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The level that HANGUP_LOG_LEVEL sets, `info` where it sets none. @throws HangupError HANGUP_USAGE, naming the levels. */
export function logLevel(environment: NodeJS.ProcessEnv): LogLevel {
  const given = environment["HANGUP_LOG_LEVEL"] || "info";
  const level = LOG_LEVELS.find((name) => name === given);
  if (level !== undefined) return level;
  throw new HangupError("HANGUP_USAGE", `HANGUP_LOG_LEVEL '${given}' is no level`, {
    remedy: `Use one of ${LOG_LEVELS.join(", ")}`,
  });
}
