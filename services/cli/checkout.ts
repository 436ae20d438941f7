import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of a file of this checkout, given relative to its root. */
export function checkout(path: string): string {
  // dist/up/ and up/ alike: the package's folder is services/cli
  const here = fileURLToPath(import.meta.url);
  return join(here.slice(0, here.lastIndexOf("/services/cli/")), path);
}
