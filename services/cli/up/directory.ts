import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { HangupError, systemWords } from "@hangup/service/command";

/**
 * Makes a directory that may be written, and those above it that are missing.
 * @throws HangupError HANGUP_FILE.
 */
export function makeDirectory(path: string): void {
  try {
    make(path);
    accessSync(path, constants.W_OK);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const why = isMissing ? "no directory can be made there" : systemWords(cause);
    throw new HangupError("HANGUP_FILE", `--data ${path} cannot be used: ${why}`, {
      remedy: "Name a directory that this user may write",
      cause,
    });
  }
}

/** One by one: all at once ("recursive") Node.js tries for ever where there can be none, as in /proc. */
function make(path: string): void {
  if (!existsSync(dirname(path))) make(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !statSync(path).isDirectory()) throw error;
  }
}
