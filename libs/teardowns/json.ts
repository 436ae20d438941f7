import { formatAddress } from "./address.ts";
import { COLUMNS, type Column, type Teardown } from "./columns.ts";
import { communityId, connectionId, teardownId } from "./identity.ts";
import type { TeardownRst } from "./rst-columns.ts";

export type TeardownValue = string | number | boolean | null | readonly string[] | readonly TeardownRst[];

const MINUTE_US = 60_000_000;
/** `YYYY-MM-DDTHH:MM:` of the minutes met lately: rows share few, and a Date costs more than all the rest. */
const minutes = new Map<number, string>();

/** µs since the epoch → RFC 3339, UTC, six decimals. */
export function formatTime(us: number): string {
  const minute = Math.floor(us / MINUTE_US);
  const within = us - minute * MINUTE_US;
  const seconds = Math.floor(within / 1_000_000);
  return `${minuteText(minute)}${pad(seconds, 2)}.${pad(within - seconds * 1_000_000, 6)}Z`;
}

function minuteText(minute: number): string {
  const known = minutes.get(minute);
  if (known !== undefined) return known;
  if (minutes.size >= 4_096) minutes.clear();
  const text = new Date(minute * 60_000).toISOString().slice(0, -7);
  minutes.set(minute, text);
  return text;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

const computed: Readonly<Record<string, (row: Teardown) => string | null>> = {
  id: teardownId,
  community_id: communityId,
  connection_id: connectionId,
};

function valueOf(row: Teardown, column: Column): TeardownValue {
  if (column.shape === "alias") return computed[column.name](row);
  const stored = row[column.name as keyof Teardown];
  switch (column.shape) {
    case "address":
      return formatAddress(stored as Uint8Array);
    case "time":
      return formatTime(stored as number);
    case "optional_name":
      return stored === "" ? null : (stored as string);
    default:
      return stored as TeardownValue;
  }
}

/** The row under the names of `COLUMNS`, in their order; addresses and times as text, what is not known as null. */
export function teardownToObject(row: Teardown): Record<string, TeardownValue> {
  const object: Record<string, TeardownValue> = {};
  for (const column of COLUMNS) object[column.name] = valueOf(row, column);
  return object;
}

/** Columns whose text is their JSON. */
type PlainName = { [N in keyof Teardown]: Teardown[N] extends number | boolean | null ? N : never }[keyof Teardown];

/** Writes one column's value as JSON. */
type ValueWriter = (row: Teardown) => string;

function valueWriter(column: Column): ValueWriter {
  const name = column.name as keyof Teardown;
  switch (column.shape) {
    case "alias":
      return (row) => quoted(computed[column.name](row));
    case "address":
      return (row) => `"${formatAddress(row[name] as Uint8Array)}"`;
    case "time":
      return (row) => `"${formatTime(row[name] as number)}"`;
    case "name":
      return (row) => quoted(row[name] as string);
    case "optional_name":
      return (row) => quoted(row[name] === "" ? null : (row[name] as string));
    case "names":
      return (row) => `[${(row[name] as readonly string[]).map(quoted).join(",")}]`;
    case "rsts":
      return ({ rsts }) => (rsts.length === 0 ? "[]" : JSON.stringify(rsts));
    default:
      return (row) => String(row[name as PlainName]);
  }
}

/** Most texts are plain: only what JSON has to escape is left to it. */
function quoted(text: string | null): string {
  if (text === null) return "null";
  return /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

const LINE_PARTS = COLUMNS.map((column, i) => ({
  before: `${i === 0 ? "{" : ","}"${column.name}":`,
  write: valueWriter(column),
}));

/** One NDJSON line, without its newline: what `JSON.stringify(teardownToObject(row))` gives, four times as fast. */
export function teardownToJson(row: Teardown): string {
  let line = "";
  for (const { before, write } of LINE_PARTS) line += before + write(row);
  return `${line}}`;
}

/** The first line of a CSV file, without its newline. */
export const CSV_HEADER = COLUMNS.map((column) => column.name).join(",");

/** One CSV record (RFC 4180), without its line end. What is not known is an empty field; names are joined by `;`, RSTs are JSON. */
export function teardownToCsv(row: Teardown): string {
  return COLUMNS.map((column) => csvField(valueOf(row, column))).join(",");
}

function csvField(value: TeardownValue): string {
  if (value === null) return "";
  const text = typeof value !== "object" ? String(value) : isNames(value) ? value.join(";") : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isNames(value: readonly string[] | readonly TeardownRst[]): value is readonly string[] {
  return value.length === 0 || typeof value[0] === "string";
}
