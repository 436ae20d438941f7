import { parseCommand, type CommandSpec } from "./config.ts";
import { describeError, HangupError } from "./errors.ts";
import { createLogger, type Logger } from "./log.ts";
import type { ConfigOf, OptionTable } from "./option.ts";

export interface ServiceContext<T extends OptionTable> {
  readonly config: ConfigOf<T>;
  readonly operands: readonly string[];
  readonly log: Logger;
  /** Ends the service with an error that nothing can mend; what was started is stopped first. */
  readonly fail: (error: unknown) => void;
}

/** What a service gives back once it runs: how to stop it. Resolves when everything in hand is delivered. */
export interface RunningService {
  stop(): Promise<void>;
  /** Settles when the service ends by itself (a capture file was read to its end, say). */
  readonly done?: Promise<void>;
  /** Asked after `stop`: true when a part of the work could not be done, and that has been said. Exit code 3. */
  readonly partial?: () => boolean;
}

/** A stop that takes longer than this is cut short with exit code 1. */
const STOP_LIMIT_MS = 9_000;
const PARTIAL = 3;

/**
 * The outer shell of every service: parse, start, wait for SIGINT, SIGTERM or the parent's death (the IPC channel
 * closes), stop. Errors end here, as one line on stderr. Exit codes: 0 ok, 1 runtime failure, 2 usage,
 * 3 done in part.
 */
export async function runService<T extends OptionTable>(
  spec: CommandSpec<T>,
  start: (context: ServiceContext<T>) => Promise<RunningService>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  let exitCode = 0;
  try {
    const { config, operands } = parseCommand(spec, argv);
    const log = createLogger(spec.name.replace(/^hangup /, ""));
    const stopped = Promise.withResolvers<void>();
    const fail = (error: unknown): void => stopped.reject(error);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopped.resolve());
    process.on("disconnect", () => stopped.resolve());
    stopped.promise.catch(() => undefined);
    const running = await start({ config, operands, log, fail });
    try {
      await Promise.race(running.done ? [stopped.promise, running.done] : [stopped.promise]);
    } finally {
      setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
      await running.stop();
    }
    if (running.partial?.() === true) exitCode = PARTIAL;
  } catch (error) {
    exitCode = error instanceof HangupError ? error.exitCode : 1;
    process.stderr.write(`${describeError(spec.name, error)}\n`);
  }
  process.exit(exitCode);
}
