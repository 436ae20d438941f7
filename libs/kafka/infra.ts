import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file of the checkout's infra/, found upwards from here: this runs from libs/kafka as from libs/kafka/dist. */
export function infraFile(path: string): string {
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, "infra", path))) {
    if (dirname(directory) === directory) throw new Error(`infra/${path} is missing from this checkout`);
    directory = dirname(directory);
  }
  return join(directory, "infra", path);
}
