import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HangupError } from "@hangup/service/command";

/**
 * One `up` per data directory. A lock left behind by a killed `up` is taken over.
 * @returns what gives the lock back.
 * @throws HangupError HANGUP_ALREADY_RUNNING naming the other process.
 */
export function lockDataDirectory(directory: string): () => void {
  const path = join(directory, "up.pid");
  // The lock appears with its content: an empty one would look stale.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${process.pid}\n`);
  try {
    for (let attempt = 0; !linked(draft, path); attempt++) {
      const owner = ownerOf(path);
      if (owner !== null && (attempt > 0 || isHangup(owner))) {
        throw new HangupError("HANGUP_ALREADY_RUNNING", `hangup up already runs in ${directory} as process ${owner}`, {
          remedy: `Stop it with 'kill ${owner}', or give this one a directory of its own with --data`,
        });
      }
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (ownerOf(path) === process.pid) rmSync(path, { force: true });
  };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** null when there is no lock (any more). */
function ownerOf(path: string): number | null {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** A process id may have been given to another program since: only one that runs our `up` counts. */
function isHangup(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to another user
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("up");
  } catch {
    return true; // no /proc here: the process lives, so it is believed
  }
}
