/** One statement of an SQL file. */
export interface Statement {
  readonly sql: string;
  /** Where it starts in the file, from 1. */
  readonly line: number;
}

/**
 * Cuts an SQL text at its semicolons: those outside of '…' "…" `…` (with backslash and doubled quotes), $tag$…$tag$,
 * `-- …`, `# …`, and block comments. Empty statements and those that are all comment are left out.
 */
export function splitStatements(text: string): Statement[] {
  // Tried in this order at each place: a comment, a quoted text, a heredoc, the end of a statement, anything else.
  const token =
    /(?<comment>--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>'(?:\\[\s\S]|''|[^'\\])*'?|"(?:\\[\s\S]|""|[^"\\])*"?|`(?:\\[\s\S]|``|[^`\\])*`?|\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$))|(?<end>;)|(?<space>\s+)|(?<other>[\s\S])/g;
  const statements: Statement[] = [];
  let start = -1;
  let end = 0;
  for (const match of text.matchAll(token)) {
    const { comment, end: semicolon, space } = match.groups ?? {};
    if (semicolon !== undefined) {
      if (start >= 0) statements.push(statement(text, start, match.index));
      start = -1;
    } else if (comment === undefined && space === undefined) {
      if (start < 0) start = match.index;
      end = match.index + match[0].length;
    }
  }
  if (start >= 0) statements.push(statement(text, start, end));
  return statements;
}

function statement(text: string, start: number, end: number): Statement {
  return { sql: text.slice(start, end).trim(), line: text.slice(0, start).split("\n").length };
}
