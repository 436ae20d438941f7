import { describe, expect, it } from "vitest";
import { markdownToHtml } from "./markdown.ts";

describe("markdownToHtml", () => {
  it.each([
    { text: "# A `b`", html: "<h1>A <code>b</code></h1>" },
    { text: "one\ntwo\n\nthree", html: "<p>one\ntwo</p>\n<p>three</p>" },
    { text: "- a\n  more\n- b", html: "<ul><li>a\nmore</li><li>b</li></ul>" },
    { text: "1. a\n2. b", html: "<ol><li>a</li><li>b</li></ol>" },
    {
      text: "```sh\nss -tn | grep '<a>'\n\n# no heading\n```\nafter",
      html: "<pre><code>ss -tn | grep '&lt;a&gt;'\n\n# no heading</code></pre>\n<p>after</p>",
    },
    {
      text: "| a | b |\n|---|---|\n| 1 | `2` |",
      html: "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td><code>2</code></td></tr></tbody></table>",
    },
    { text: "| | |\n|---|---|\n| 1 | 2 |", html: "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>" },
    {
      text: "see [x](x.md), **now**, *or* never",
      html: '<p>see <a href="x.md">x</a>, <strong>now</strong>, <em>or</em> never</p>',
    },
    { text: '`**a** [b](c)` <script> & "', html: "<p><code>**a** [b](c)</code> &lt;script&gt; &amp; &quot;</p>" },
    {
      text: "1. **`a`**: *b `c`*",
      html: "<ol><li><strong><code>a</code></strong>: <em>b <code>c</code></em></li></ol>",
    },
    { text: "a\n\n<!-- not\nthis -->\nb", html: "<p>a</p>\n<p>b</p>" },
    { text: "", html: "" },
  ])("$text", ({ text, html }) => {
    expect(markdownToHtml(text)).toBe(html);
  });
});
