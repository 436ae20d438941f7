import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { CAUSES } from "@hangup/causes";
import { describe, expect, it } from "vitest";
import { GUIDE, guidePages } from "./pages.ts";

const SECTIONS = [
  "What it means",
  "On the wire",
  "What usually causes it",
  "What to do",
  "What else it could be",
  "Sources",
];

const pages = await guidePages();

describe("the guide", () => {
  it.each(pages)("$path says what the rules say (else: npm run guide)", ({ text, current }) => {
    expect(text).toBe(current);
  });

  it("has a page a cause, and no other", () => {
    const written = readdirSync(join(GUIDE, "causes"));
    expect(written.toSorted()).toEqual(CAUSES.map(({ name }) => `${name}.md`).toSorted());
  });

  it.each(pages.filter(({ path }) => path.startsWith("causes/")))(
    "$path answers every question, briefly",
    ({ text }) => {
      const sections = [...(text ?? "").matchAll(/^## (.+)\n+(?=[^#\s])/gm)].map(([, title]) => title);
      expect(sections).toEqual(SECTIONS);
      expect(text).toContain("Wireshark");
      expect(text?.split("\n").length).toBeLessThanOrEqual(60);
    },
  );

  it.each(pages)("$path links to pages that are there", ({ path, text }) => {
    const known = new Set([...pages.map((page) => page.path), "confusion-matrix.md"]);
    const links = [...(text ?? "").matchAll(/\]\(([^)]+\.md)\)/g)].map(([, to]) => join(dirname(path), to));
    expect(links.filter((link) => !known.has(link))).toEqual([]);
  });
});
