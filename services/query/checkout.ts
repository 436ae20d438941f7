import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the project, wherever this module runs from: its source or its build. */
export function checkout(path: string): string {
  return join(root, path);
}

const root = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(directory: string): string {
  if (existsSync(join(directory, "proto", "hangup"))) return directory;
  const parent = dirname(directory);
  return parent === directory ? process.cwd() : rootAbove(parent);
}
