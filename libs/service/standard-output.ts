import { describeError, HangupError } from "./errors.ts";
import { systemWords } from "./file-fault.ts";

/**
 * To be called once, before anything is printed. A reader of stdout that goes away (head, less) ends the process silently;
 * a file that takes no more (a full disk) with one line and exit code 1.
 */
export function guardStandardOutput(command: string): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    const why = systemWords(error);
    const failure = new HangupError("HANGUP_FILE", `what it prints cannot be written: ${why}`, { cause: error });
    process.stderr.write(`${describeError(command, failure)}\n`);
    process.exit(failure.exitCode);
  });
}
