import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { HangupError } from "@hangup/service/command";

/**
 * Makes a directory that may be written, and those above it that are missing.
 * @throws HangupError HANGUP_FILE.
 */
export function makeDirectory(path: string): void {
  try {
    make(path);
    accessSync(path, constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HangupError("HANGUP_FILE", `--data: ${why}`, { remedy: "Name a directory that may be written", cause });
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
