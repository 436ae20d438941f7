import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { markdownToHtml } from "./markdown.ts";

/** Pages look for each other under the names of their files, as in the checkout. */
const INDEX = "README.md";

/** The guide's pages by their path below `/guide/`; none where there is no such folder. */
export function guidePages(folder: string): ReadonlySet<string> {
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    const paths = files.map((file) => relative(folder, join(file.parentPath, file.name)));
    return new Set(paths.filter((path) => path.endsWith(".md")));
  } catch {
    return new Set();
  }
}

/** One page as HTML. */
export function guidePage(folder: string, path: string): string {
  const body = markdownToHtml(readFileSync(join(folder, path), "utf8"));
  const title = /<h1>(.*?)<\/h1>/.exec(body)?.[1].replaceAll(/<[^>]+>/g, "") ?? "Guide";
  const home = "../".repeat(path.split("/").length - 1);
  const guide = path === INDEX ? "" : ` · <a href="${home}${INDEX}">All causes</a>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="${home}../favicon.svg" type="image/svg+xml" />
    <title>${title} · Hangup</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <nav><a href="${home}../">Hangup</a>${guide}</nav>
    <main>
${body}
    </main>
  </body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f8; --surface: #fff; --ink: #1a1f25; --muted: #5d6772; --line: #e4e7ea; --link: #2f6fdb; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #101316; --surface: #171b1f; --ink: #e6e9ec; --muted: #9aa4ae; --line: #292f36; --link: #7aa7f5; }
}
body { max-width: 820px; margin: 0 auto; padding: 20px 16px 48px; background: var(--ground); color: var(--ink);
  font: 15px/1.6 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
nav { color: var(--muted); font-size: 14px; }
h1 { font-size: 24px; margin: 16px 0 4px; }
h2 { font-size: 17px; margin: 28px 0 4px; }
p, ul, ol { margin: 8px 0; }
ul, ol { padding-left: 22px; }
code { font: 0.92em/1.5 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
pre { padding: 10px 14px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); overflow-x: auto; overflow-wrap: normal; }
table { width: 100%; border-collapse: collapse; margin: 12px 0; font-size: 14px; }
td, th { padding: 6px 10px 6px 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
td:first-child { color: var(--muted); white-space: nowrap; overflow-wrap: normal; }
@media (max-width: 600px) { td:first-child { white-space: normal; } }
`;
