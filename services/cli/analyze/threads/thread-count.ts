import { statSync, type Stats } from "node:fs";

/** How many threads read the files: as many as are asked for. Input that can be read only once, a pipe or stdin, takes one. */
export function threadsFor(paths: readonly string[], asked: number): number {
  const onlyOnce = paths.some((path) => path === "-" || statOf(path)?.isFile() === false);
  return onlyOnce ? 1 : asked;
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
