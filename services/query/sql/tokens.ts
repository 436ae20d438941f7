/**
 * SQL text cut into tokens as ClickHouse cuts it: enough to tell words from strings, quoted names and comments. It judges
 * the shape of a statement; what a statement calls is judged by the server's own parser.
 */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "sign";
  /** Words in upper case, quoted names without quotes, everything else as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** In this order; comments and white space give no token. A broken string or comment falls to the last rule. */
const RULES = [
  ["skip", /[\s\u00a0\ufeff]+/y],
  ["skip", /--[^\n]*|#[ !][^\n]*|\/\/[^\n]*/y],
  ["skip", /\/\*[\s\S]*?\*\//y],
  ["string", /'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ["string", /\$([A-Za-z0-9_]*)\$[\s\S]*?\$\1\$/y],
  ["quoted", /"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`/y],
  ["word", /[A-Za-z_][A-Za-z0-9_$]*/y],
  ["number", /\d[A-Za-z0-9_.]*/y],
  ["sign", /[\s\S]/y],
] as const;

export function tokens(sql: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    for (const [kind, pattern] of RULES) {
      pattern.lastIndex = at;
      const match = pattern.exec(sql);
      if (match === null) continue;
      const end = at + match[0].length;
      if (kind !== "skip") found.push({ kind, text: tokenText(kind, match[0]), start: at, end });
      at = end;
      break;
    }
  }
  return found;
}

function tokenText(kind: Token["kind"], text: string): string {
  if (kind === "word") return text.toUpperCase();
  return kind === "quoted" ? text.slice(1, -1) : text;
}
