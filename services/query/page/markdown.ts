/**
 * The Markdown that the guide is written in → HTML. Blocks: headings, paragraphs, `-` and `1.` lists, fenced code, tables, comments
 * (dropped). In a line: code, links, strong, emphasis. Anything else is text.
 */
export function markdownToHtml(text: string): string {
  const lines = text.replaceAll(/<!--[^]*?-->/g, "").split("\n");
  const html: string[] = [];
  for (let at = 0; at < lines.length;) {
    const block = BLOCKS.find(({ starts }) => starts.test(lines[at])) ?? PARAGRAPH;
    let end = at + 1;
    while (end < lines.length && block.goesOn(lines[end])) end++;
    html.push(block.html(lines.slice(at, end)));
    at = block.closes ? end + 1 : end;
  }
  return html.filter(Boolean).join("\n");
}

interface Block {
  readonly starts: RegExp;
  /** Does this line belong to the block that began before it? */
  readonly goesOn: (line: string) => boolean;
  /** The line behind the block ends it and is no part of the text. */
  readonly closes?: boolean;
  readonly html: (lines: readonly string[]) => string;
}

const HEADING = /^(#{1,4}) (.*)$/;
const ITEM = /^(?:-|\d+\.) /;
/** Stands around the number of a code span: a character of private use, which no text has. */
const HOLD = "\ue000";
const HELD = /\ue000(\d+)\ue000/g;
const never = (): boolean => false;

const BLOCKS: readonly Block[] = [
  { starts: /^\s*$/, goesOn: never, html: () => "" },
  { starts: HEADING, goesOn: never, html: ([line]) => headingHtml(line) },
  {
    starts: /^```/,
    goesOn: (line) => !line.startsWith("```"),
    closes: true,
    html: (lines) => `<pre><code>${escape(lines.slice(1).join("\n"))}</code></pre>`,
  },
  { starts: /^\|/, goesOn: (line) => line.startsWith("|"), html: tableHtml },
  { starts: ITEM, goesOn: (line) => ITEM.test(line) || /^\s+\S/.test(line), html: listHtml },
];

const PARAGRAPH: Block = {
  starts: /./,
  goesOn: (line) => !BLOCKS.some(({ starts }) => starts.test(line)),
  html: (lines) => `<p>${inline(lines.join("\n"))}</p>`,
};

function headingHtml(line: string): string {
  const [, marks, title] = HEADING.exec(line) ?? ["", "#", line];
  return `<h${marks.length}>${inline(title)}</h${marks.length}>`;
}

function listHtml(lines: readonly string[]): string {
  const items: string[] = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ""));
    else items.push(`${items.pop() ?? ""}\n${line.trim()}`);
  }
  const tag = lines[0].startsWith("-") ? "ul" : "ol";
  return `<${tag}>${items.map((item) => `<li>${inline(item)}</li>`).join("")}</${tag}>`;
}

/** The second line only says that the first is the head. A head without words is none. */
function tableHtml(lines: readonly string[]): string {
  const rows = lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => inline(cell.trim())),
  );
  const [head, , ...body] = rows;
  const thead = head.some((cell) => cell !== "") ? `<thead>${rowHtml(head, "th")}</thead>` : "";
  return `<table>${thead}<tbody>${body.map((cells) => rowHtml(cells, "td")).join("")}</tbody></table>`;
}

function rowHtml(cells: readonly string[], tag: "td" | "th"): string {
  return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
}

/** Code first, and out of the way while marks are looked for: nothing in it means anything else. */
function inline(text: string): string {
  const codes: string[] = [];
  const held = text.replaceAll(/`([^`]+)`/g, (_, code: string) => `${HOLD}${codes.push(code) - 1}${HOLD}`);
  return marked(held).replaceAll(HELD, (_, index: string) => `<code>${escape(codes[Number(index)])}</code>`);
}

function marked(text: string): string {
  return escape(text)
    .replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replaceAll(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replaceAll(/\*([^*\s][^*]*)\*/g, "<em>$1</em>");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
