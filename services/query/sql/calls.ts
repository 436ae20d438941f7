import { refused } from "./shape.ts";

/** Reads files of the server's own machine; a grant stops it as a table, none stops it as a function. */
const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set(["file"]);

/** Table functions that read nothing but their arguments. */
const ALLOWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  "numbers",
  "numbers_mt",
  "zeros",
  "zeros_mt",
  "generate_series",
  "generateseries",
  "values",
  "view",
  "null",
]);

/**
 * The statement that makes ClickHouse tell what a SELECT would call, without running any of it. In parentheses, so
 * that no clause of the reader's can change the form of the answer.
 */
export function treeStatement(select: string): string {
  return `EXPLAIN QUERY TREE run_passes = 0 SELECT * FROM (\n${select}\n)`;
}

/**
 * Judges a query tree: the lines of EXPLAIN QUERY TREE run_passes = 0.
 * @throws HangupError HANGUP_SQL_REFUSED naming the function.
 */
export function judgeTree(lines: readonly string[]): void {
  for (const line of lines) {
    const call = /^\s*(TABLE_FUNCTION|FUNCTION)\b.*?\b(?:table_)?function_name: ([^,]+)/.exec(line);
    if (call === null) continue;
    const name = call[2].trim().toLowerCase();
    if (call[1] === "FUNCTION" && REFUSED_FUNCTIONS.has(name)) {
      throw refused(`function ${name}() reads files of the server`);
    }
    if (call[1] === "TABLE_FUNCTION" && !ALLOWED_TABLE_FUNCTIONS.has(name)) {
      throw refused(
        `table function ${name}() reaches beyond database hangup`,
        "Read the tables of hangup; numbers() and values() are allowed",
      );
    }
  }
}
