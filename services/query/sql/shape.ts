import { HangupError } from "@hangup/service";
import { tokens, type Token } from "./tokens.ts";

/** A statement whose shape is allowed. */
export interface ShapedStatement {
  /** One statement, without its semicolon. */
  readonly sql: string;
  /** The SELECT within, whose calls are still to be judged; null where there can be none (SHOW, DESCRIBE a table). */
  readonly select: string | null;
}

const ALLOWED = "Only one SELECT, WITH, EXPLAIN, SHOW or DESCRIBE statement is allowed";

export function refused(why: string, remedy = ""): HangupError {
  return new HangupError("HANGUP_SQL_REFUSED", `the statement is refused: ${why}`, { remedy });
}

/**
 * Judges a statement by its words.
 * @throws HangupError HANGUP_SQL_REFUSED saying what was refused and why.
 */
export function shapeOf(text: string): ShapedStatement {
  const all = tokens(text);
  const words = withoutTrailingSemicolons(all);
  if (words.length === 0) throw new HangupError("HANGUP_SQL_FAILED", "the statement is empty");
  const semicolon = words.find((token) => token.kind === "sign" && token.text === ";");
  if (semicolon) throw refused("it is more than one", ALLOWED);
  refuseOutputClauses(words);
  const sql = text.slice(0, (words.at(-1) as Token).end);
  const first = words[0];
  switch (first.text) {
    case "(":
    case "SELECT":
    case "WITH":
      return { sql, select: sql };
    case "EXPLAIN":
      return { sql, select: sql.slice(explained(words).start) };
    case "SHOW":
    case "DESCRIBE":
    case "DESC":
      refuseExpressions(words, first.text);
      return { sql, select: null };
    default:
      throw refused(`it begins with '${text.slice(first.start, first.end).slice(0, 40)}'`, ALLOWED);
  }
}

function withoutTrailingSemicolons(words: readonly Token[]): readonly Token[] {
  const last = words.findLastIndex((token) => token.text !== ";" || token.kind !== "sign");
  return words.slice(0, last + 1);
}

/** INTO OUTFILE writes a file where the server runs; FORMAT would hide the answer to our own EXPLAIN. */
function refuseOutputClauses(words: readonly Token[]): void {
  for (const [index, token] of words.entries()) {
    const next = words[index + 1];
    if (token.kind !== "word" || next?.kind !== "word") continue;
    if (token.text === "INTO" && next.text === "OUTFILE") throw refused("INTO OUTFILE writes a file");
    const after = words[index + 2];
    const closes = after === undefined || (after.kind === "word" && after.text === "SETTINGS");
    if (token.text === "FORMAT" && closes)
      throw refused("it has a FORMAT clause", "Say the format beside the query instead");
  }
}

const EXPLAIN_KINDS = new Set(["AST", "SYNTAX", "QUERY", "TREE", "PLAN", "PIPELINE", "ESTIMATE"]);

/** Where the explained SELECT begins: after the kind and settings such as `actions = 1, header = 1`. */
function explained(words: readonly Token[]): Token {
  let at = 1;
  while (words[at]?.kind === "word" && EXPLAIN_KINDS.has(words[at].text)) at++;
  while (words[at]?.kind === "word" && words[at + 1]?.text === "=" && words[at + 2]?.kind === "number") {
    at += words[at + 3]?.text === "," ? 4 : 3;
  }
  const begin = words[at];
  if (begin !== undefined && ["SELECT", "WITH", "("].includes(begin.text)) return begin;
  throw refused("EXPLAIN is allowed of a SELECT alone", ALLOWED);
}

/** SHOW and DESCRIBE take names, LIKE and LIMIT here: an expression could call anything. */
function refuseExpressions(words: readonly Token[], statement: string): void {
  const expression = words.find(
    (token) =>
      (token.kind === "sign" && !["."].includes(token.text)) || (token.kind === "word" && token.text === "WHERE"),
  );
  if (expression) throw refused(`${statement} takes names, LIKE and LIMIT here, no '${expression.text}'`);
}
