import { writeSync } from "node:fs";
import { describeError, HangupError } from "./errors.ts";
import { systemWords } from "./file-fault.ts";

const STANDARD_OUTPUT = 1;
/** How long a reader that takes no more is left alone, ms: longer from time to time. */
const FIRST_PAUSE_MS = 0.05;
const LONGEST_PAUSE_MS = 5;
const asleep = new Int32Array(new SharedArrayBuffer(4));

/**
 * To be called once, before anything is printed. A reader of stdout that goes away (head, less) ends the process silently;
 * a file that takes no more (a full disk) with one line and exit code 1.
 */
export function guardStandardOutput(command: string): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => endBy(command, error));
}

/** Prints text of any length, as `writeWhole`. What goes wrong ends the process as `guardStandardOutput` says. */
export function printWhole(command: string, text: string): void {
  try {
    writeWhole(STANDARD_OUTPUT, text);
  } catch (error) {
    endBy(command, error as NodeJS.ErrnoException);
  }
}

/**
 * Goes on when all of the text is taken, so that a reader slower than the command costs time and no memory.
 * @throws NodeJS.ErrnoException where no more can be written.
 */
export function writeWhole(file: number, text: string): void {
  let pause = FIRST_PAUSE_MS;
  for (let rest = Buffer.from(text); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(file, rest));
      pause = FIRST_PAUSE_MS;
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(asleep, 0, 0, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** Ends the process: what it prints cannot be written. */
export function endBy(command: string, error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit(0);
  const why = systemWords(error);
  const failure = new HangupError("HANGUP_FILE", `what it prints cannot be written: ${why}`, { cause: error });
  process.stderr.write(`${describeError(command, failure)}\n`);
  process.exit(failure.exitCode);
}
