import { setTimeout as sleep } from "node:timers/promises";
import { parseCommand, type CommandSpec } from "./config.ts";
import { describeError, HangupError } from "./errors.ts";
import { createLogger, type Logger } from "./log.ts";
import type { ConfigOf, OptionTable } from "./option.ts";

export interface ServiceContext<T extends OptionTable> {
  readonly config: ConfigOf<T>;
  readonly operands: readonly string[];
  readonly log: Logger;
  /** Aborted when the service is to stop, while it starts too: what waits long at the start gives up by it. */
  readonly signal: AbortSignal;
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

/** A service stops within this time, and ends hard with exit code 1 then; whoever runs one as a child waits as long before it kills. */
export const STOP_LIMIT_MS = 5_000;
const PARTIAL = 3;
/** Nothing runs for so long before the end. */
const LAST_PAUSE_MS = 25;
/** A start that is interrupted has so long to give up, or to finish and be stopped. */
const START_GRACE_MS = 1_500;

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
    const stopping = new AbortController();
    const fail = (error: unknown): void => stopped.reject(error);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopped.resolve());
    process.on("disconnect", () => stopped.resolve());
    stopped.promise.catch(() => undefined);
    const running = await runUntil(
      stopped.promise,
      start({ config, operands, log, fail, signal: stopping.signal }),
      stopping,
    );
    if (running?.partial?.() === true) exitCode = PARTIAL;
  } catch (error) {
    exitCode = error instanceof HangupError ? error.exitCode : 1;
    process.stderr.write(`${describeError(spec.name, error)}\n`);
  }
  // V8's compiler may wait for this thread to collect garbage, and whoever exits then waits for the compiler: both for ever.
  await sleep(LAST_PAUSE_MS);
  process.exit(exitCode);
}

/** Waits until `stop`, or the service's own end; then stops it, or what of it had started by then. Answers what had. */
async function runUntil(
  stop: Promise<void>,
  starting: Promise<RunningService>,
  stopping: AbortController,
): Promise<RunningService | null> {
  let running: RunningService | null = null;
  try {
    running = await Promise.race([starting, stop.then(() => null)]);
    if (running !== null) await Promise.race(running.done ? [stop, running.done] : [stop]);
  } finally {
    // Not before: a start that gives up is no failure then.
    stopping.abort();
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await (running === null ? interrupt(starting) : running.stop());
  }
  return running;
}

/** It gives up by its signal, or comes to its end and is stopped; what it complains of meanwhile was asked for. */
async function interrupt(starting: Promise<RunningService>): Promise<void> {
  const over = starting.then((running) => running.stop()).catch(() => undefined);
  await Promise.race([over, sleep(START_GRACE_MS)]);
}
