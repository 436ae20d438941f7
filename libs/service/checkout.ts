import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file of the checkout that this program belongs to, given relative to its root; from source and from `dist` alike. */
export function checkoutFile(path: string): string {
  return join(root, path);
}

const root = rootAbove(import.meta.dirname);

function rootAbove(directory: string): string {
  if (existsSync(join(directory, "infra", "clickhouse"))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error(`${import.meta.dirname} lies in no checkout of Hangup: there is no infra/`);
  return rootAbove(parent);
}
