import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GUIDE, guidePages } from "./pages.ts";

for (const { path, text, current } of await guidePages()) {
  if (text === current) continue;
  await writeFile(join(GUIDE, path), current);
  process.stdout.write(`docs/guide/${path}\n`);
}
