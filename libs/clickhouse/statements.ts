/** One statement of a SQL file, and the line (from 1) where it begins. */
export interface Statement {
  readonly sql: string;
  readonly line: number;
}

/**
 * A token that may hide a semicolon, in ClickHouse's own grammar: `-- …`, `# …`, a block comment, or a quoted text or name
 * in which a backslash or a doubled quote escapes.
 */
const OPAQUE =
  /--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|`(?:[^`\\]|\\[\s\S]|``)*`|"(?:[^"\\]|\\[\s\S]|"")*"|;/g;

/** Splits a file at the semicolons that end statements; comments before a statement stay with it, empty ones are left out. */
export function splitStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  const add = (end: number): void => {
    const raw = text.slice(start, end);
    const code = raw.replaceAll(OPAQUE, (token) => (/^(--|#|\/\*)/.test(token) ? " ".repeat(token.length) : token));
    const first = code.search(/\S/);
    if (first >= 0) statements.push({ sql: raw.trim(), line: text.slice(0, start + first).split("\n").length });
    start = end + 1;
  };
  for (const match of text.matchAll(OPAQUE)) if (match[0] === ";") add(match.index);
  add(text.length);
  return statements;
}
