import { communityId, formatAddress, teardownId, type Teardown } from "@hangup/teardowns";

/** Fields of Zeek's conn.log with their types; what Zeek has no field for stands at the end. */
const FIELDS: readonly (readonly [name: string, type: string, value: (row: Teardown) => string | number | null])[] = [
  ["ts", "time", (row) => seconds(row.start_time)],
  ["uid", "string", teardownId],
  ["id.orig_h", "addr", (row) => formatAddress(row.client_ip)],
  ["id.orig_p", "port", (row) => row.client_port],
  ["id.resp_h", "addr", (row) => formatAddress(row.server_ip)],
  ["id.resp_p", "port", (row) => row.server_port],
  ["proto", "enum", () => "tcp"],
  ["service", "string", () => null],
  ["duration", "interval", (row) => seconds(row.duration_us)],
  ["orig_bytes", "count", (row) => row.client_bytes],
  ["resp_bytes", "count", (row) => row.server_bytes],
  ["conn_state", "string", (row) => row.conn_state],
  ["history", "string", (row) => row.history || null],
  ["orig_pkts", "count", (row) => row.client_packets],
  ["resp_pkts", "count", (row) => row.server_packets],
  ["community_id", "string", communityId],
  ["kind", "string", (row) => row.kind],
  ["cause", "string", (row) => row.cause || null],
  ["confidence", "count", (row) => row.confidence],
  ["benign", "bool", (row) => (row.benign === null ? null : row.benign ? "T" : "F")],
];

function seconds(us: number): string {
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, "0")}`;
}

export const ZEEK_HEADER = [
  String.raw`#separator \x09`,
  "#set_separator\t,",
  "#empty_field\t(empty)",
  "#unset_field\t-",
  "#path\tconn",
  `#fields\t${FIELDS.map(([name]) => name).join("\t")}`,
  `#types\t${FIELDS.map(([, type]) => type).join("\t")}`,
  "",
].join("\n");

export const ZEEK_FOOTER = "#close\n";

/** One line of conn.log. */
export function zeekLine(row: Teardown): string {
  return `${FIELDS.map(([, , value]) => value(row) ?? "-").join("\t")}\n`;
}
