import { formatAddress } from "./address.ts";
import { COLUMNS, type Column, type Teardown } from "./columns.ts";
import { communityId, connectionId, teardownId } from "./identity.ts";

export type TeardownValue = string | number | boolean | null | readonly string[];

/** µs since the epoch → RFC 3339, UTC, six decimals. */
export function formatTime(us: number): string {
  const ms = Math.floor(us / 1000);
  const micros = String(us - ms * 1000).padStart(3, "0");
  return `${new Date(ms).toISOString().slice(0, -1)}${micros}Z`;
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

/** One NDJSON line, without its newline. */
export function teardownToJson(row: Teardown): string {
  return JSON.stringify(teardownToObject(row));
}

/** The first line of a CSV file, without its newline. */
export const CSV_HEADER = COLUMNS.map((column) => column.name).join(",");

/** One CSV record (RFC 4180), without its line end. What is not known is an empty field; evidence is joined by `;`. */
export function teardownToCsv(row: Teardown): string {
  return COLUMNS.map((column) => csvField(valueOf(row, column))).join(",");
}

function csvField(value: TeardownValue): string {
  if (value === null) return "";
  const text = typeof value === "object" ? value.join(";") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
