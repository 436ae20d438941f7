import { textTable, type TextColumn } from "../api/text-table.ts";

/** ClickHouse's JSON format. */
export interface SqlResult {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly Readonly<Record<string, unknown>>[];
}

/** What a person reads of DESCRIBE; its expressions and codecs make lines of 600 characters. */
const DESCRIPTION = ["name", "type", "comment"];
/** A type in it: that of nested columns lists them all. */
const LONGEST_TYPE = 32;

/**
 * An aligned table, as lines. Of DESCRIBE only names, types and comments, the types no longer than a person reads: the other forms
 * of output have all of it.
 */
export function tableLines({ meta, data }: SqlResult, head: (line: string) => string): string[] {
  const isDescription = meta.some(({ name }) => name === "codec_expression");
  const shownColumns = isDescription ? meta.filter(({ name }) => DESCRIPTION.includes(name)) : meta;
  const columns: TextColumn[] = shownColumns.map(({ name, type }) => ({
    title: name,
    align: /^(Nullable\(|LowCardinality\()*(U?Int|Float|Decimal)/.test(type) ? "right" : "left",
  }));
  const cell = isDescription ? descriptionText : cellText;
  const rows = data.map((row) => ({ cells: shownColumns.map(({ name }) => cell(row[name], name)) }));
  return textTable(columns, rows, head);
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  return whole.replaceAll(/[\r\n\t]/g, " ");
}

function descriptionText(value: unknown, column: string): string {
  const text = cellText(value);
  if (column !== "type" || text.length <= LONGEST_TYPE) return text;
  const oneLine = text.replaceAll(/\s+/g, " ").replaceAll("( ", "(");
  return `${oneLine.slice(0, LONGEST_TYPE - 1)}…`;
}
