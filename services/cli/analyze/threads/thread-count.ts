import { closeSync, openSync, readSync, statSync, type Stats } from "node:fs";
import { availableParallelism } from "node:os";
import { compressionOf } from "@hangup/packets";

/** Files of more bytes together are read by several threads: for less, starting them takes as long as they spare. */
const LARGE = 1e9;
/** Each thread walks all packets, so that many of them spare little more than some. */
const MOST = 8;

/**
 * How many threads read the files: as many as are asked for, else one for each core where the files are large. Input that can be read
 * only once, a pipe or stdin, takes one.
 */
export function threadsFor(paths: readonly string[], asked: number | undefined): number {
  let large = 0;
  for (const path of paths) {
    const stat = path === "-" ? null : statOf(path);
    if (stat === undefined) continue;
    if (stat === null || !stat.isFile()) return 1;
    if (asked === undefined && !isCompressed(path)) large += stat.size;
  }
  if (asked !== undefined) return asked;
  return large > LARGE ? Math.min(availableParallelism(), MOST) : 1;
}

/** Bytes of each file now; 0 for one that is not there. */
export function sizesOf(paths: readonly string[]): number[] {
  return paths.map((path) => statOf(path)?.size ?? 0);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Whoever opens it says why it cannot be read.
    return undefined;
  }
}

/** Decompression, which takes most of the time, cannot be shared. */
function isCompressed(path: string): boolean {
  const head = new Uint8Array(4);
  try {
    const file = openSync(path, "r");
    readSync(file, head);
    closeSync(file);
  } catch {
    return false;
  }
  return compressionOf(head) !== "";
}
