/** How a reply may be written. */
export type ReplyForm = "json" | "ndjson" | "csv";

const FORMS: Readonly<Record<string, ReplyForm>> = {
  "application/json": "json",
  "application/*": "json",
  "*/*": "json",
  "application/x-ndjson": "ndjson",
  "application/ndjson": "ndjson",
  "text/csv": "csv",
};

export const CONTENT_TYPES: Readonly<Record<ReplyForm, string>> = {
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
};

/** The form that an `Accept` header wants most; JSON when it names none of ours. */
export function replyForm(accept: string | undefined): ReplyForm {
  let best: ReplyForm = "json";
  let bestWeight = 0;
  for (const part of (accept ?? "").split(",")) {
    const [type, ...attributes] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = attributes.find((attribute) => attribute.startsWith("q="));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    const form = FORMS[type];
    if (form !== undefined && weight > bestWeight) [best, bestWeight] = [form, weight];
  }
  return best;
}

type CsvValue = string | number | boolean | null | undefined;

/** Rows of equal keys as CSV (RFC 4180) with a header line; null is an empty field. */
export function toCsv(columns: readonly string[], rows: readonly Readonly<Record<string, CsvValue>>[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))];
  return lines.map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

function csvField(value: CsvValue): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toNdjson(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
