import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { causeFacts, causeIndex, causePage, CAUSES } from "@hangup/causes";

export const GUIDE = fileURLToPath(new URL("../../docs/guide", import.meta.url));

const END = "<!-- What stands above is written by `npm run guide` from libs/causes. -->";
const BEGIN = "<!-- The tables below are written by `npm run guide` from libs/causes. -->";

export interface GuidePage {
  /** Below docs/guide. */
  readonly path: string;
  /** As it stands; null where there is no such page. */
  readonly text: string | null;
  /** As it should be: the generated part new, the rest as a person wrote it. */
  readonly current: string;
}

/** Every page with a generated part: one a cause, and the index. */
export async function guidePages(): Promise<GuidePage[]> {
  const causes = CAUSES.map(async (cause): Promise<GuidePage> => {
    const path = causePage(cause.name);
    const text = await readPage(path);
    return { path, text, current: `${causeFacts(cause)}${END}\n${after(text ?? "", END)}` };
  });
  const text = await readPage("README.md");
  const index = { path: "README.md", text, current: `${before(text ?? "", BEGIN)}${BEGIN}\n\n${causeIndex()}` };
  return [...(await Promise.all(causes)), index];
}

async function readPage(path: string): Promise<string | null> {
  return readFile(join(GUIDE, path), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

function after(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? "\n## What it means\n" : text.slice(at + mark.length + 1);
}

function before(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}
