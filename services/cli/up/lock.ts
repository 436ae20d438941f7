import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { HangupError } from "@hangup/service";

/**
 * One `up` per data directory. A lock left behind by a killed `up` is taken over.
 * @throws HangupError HANGUP_ALREADY_RUNNING naming the other process.
 */
export function lockDataDirectory(directory: string): () => void {
  const path = join(directory, "up.pid");
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, `${process.pid}\n`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > 0) throw error;
      const owner = Number(readFileSync(path, "utf8"));
      if (isHangup(owner)) {
        throw new HangupError("HANGUP_ALREADY_RUNNING", `hangup up already runs in ${directory} as process ${owner}`, {
          remedy: `Stop it with 'kill ${owner}', or give this one a directory of its own with --data`,
        });
      }
      rmSync(path, { force: true });
    }
  }
}

/** A process id may have been given to another program since: only one that runs our `up` counts. */
function isHangup(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("up");
  } catch {
    return true; // no /proc here: the process lives, so it is believed
  }
}
