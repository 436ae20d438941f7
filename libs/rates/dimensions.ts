import { CAUSES } from "@hangup/causes";

/**
 * What a rate may be grouped by and filtered on.
 * - A *place* says where and by whom it was seen (host, port, …): it splits denominators.
 * - An *end* says how the connection ended (cause, kind, …): a share of a place's teardowns, so it never narrows a
 *   denominator, neither as a group nor as a filter.
 */
export interface Dimension {
  readonly name: string;
  readonly role: "place" | "end";
  /** Column of hangup.teardowns. */
  readonly column: string;
  /** ClickHouse type of a value, for query parameters. */
  readonly sqlType: "IPv6" | "UInt16" | "String";
  /** The values that there can be, where they are few and known; '' is "none", null in replies. */
  readonly values: readonly string[] | null;
  /** One sentence for a person. */
  readonly meaning: string;
}

function dimension<N extends string>(
  name: N,
  role: Dimension["role"],
  column: string,
  sqlType: Dimension["sqlType"],
  meaning: string,
  values: readonly string[] | null = null,
): Dimension & { readonly name: N } {
  return { name, role, column, sqlType, meaning, values };
}

const CAUSE_NAMES: readonly string[] = CAUSES.map((entry) => entry.name);
export const KINDS: readonly string[] = ["fin", "reset", "refused", "timeout"];
export const STAGES: readonly string[] = [
  "syn",
  "handshake",
  "established",
  "request",
  "data",
  "closing",
  "closed",
  "orphan",
];
export const RST_FORMS: readonly string[] = ["refuse", "no_connection", "abort", "odd"];
export const VANTAGES: readonly string[] = ["client", "server", "middle", "unknown"];

export const DIMENSIONS = [
  dimension("host", "place", "server_ip", "IPv6", "The server's address"),
  dimension("client_host", "place", "client_ip", "IPv6", "The client's address"),
  dimension("port", "place", "server_port", "UInt16", "The server's port"),
  dimension("collector", "place", "collector", "String", "The collector that saw it"),
  dimension("vantage", "place", "vantage", "String", "Where the collector stood", VANTAGES),
  dimension("cause", "end", "cause", "String", "The finest cause that the evidence supports", CAUSE_NAMES),
  dimension("kind", "end", "kind", "String", "What the wire did", KINDS),
  dimension("sender", "end", "sender", "String", "The side that ended it", ["client", "server", ""]),
  dimension("stage", "end", "stage", "String", "How far the connection had come", STAGES),
  dimension("rst_form", "end", "rst_form", "String", "Header form of the ending RST", [...RST_FORMS, ""]),
] as const satisfies readonly Dimension[];

export type DimensionName = (typeof DIMENSIONS)[number]["name"];
export const DIMENSION_NAMES: readonly DimensionName[] = DIMENSIONS.map((entry) => entry.name);

const byName = new Map<string, Dimension>(DIMENSIONS.map((entry) => [entry.name, entry]));

export function dimensionOf(name: DimensionName): Dimension {
  return byName.get(name) as Dimension;
}

/** A dimension's stored value in `column` as people read it: addresses as canonical text, ports as numbers, names as text. */
export function readableSql(name: DimensionName, column: string): string {
  const { sqlType } = dimensionOf(name);
  return sqlType === "IPv6" ? addressSql(column) : column;
}

/** An IPv6 column as canonical text (RFC 5952); ::ffff:a.b.c.d as a.b.c.d, and no other address that holds `::ffff:`. */
export function addressSql(column: string): string {
  return `replaceRegexpOne(toString(${column}), '^::ffff:([0-9]+[.][0-9.]+)$', '\\\\1')`;
}
