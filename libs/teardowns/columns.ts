import { RSTS_SQL_TYPE, type TeardownRst } from "./rst-columns.ts";

/**
 * The teardown event: its columns, once. SQL, JSON, API, docs and the page derive from this table; the proto numbers are
 * kept by hand in proto/hangup/v1/teardown.proto and a test fails on drift.
 */

/**
 * What a column holds:
 * - `time`: µs since the epoch, UTC; JSON RFC 3339 with six decimals
 * - `uint`: a whole number; `optional_uint`: the same, or null where it is unknown
 * - `bool`, `optional_bool`
 * - `name`: a short text of few distinct values; `optional_name`: the same, null in JSON and '' in SQL where there is none
 * - `names`: a set of such names
 * - `rsts`: up to four RSTs, each with the columns of rst-columns.ts; JSON objects
 * - `address`: 16 bytes, IPv4 as ::ffff:a.b.c.d; JSON canonical text (RFC 5952), IPv4 as IPv4
 * - `alias`: computed from others, never stored
 */
export type ColumnShape =
  | "time"
  | "uint"
  | "optional_uint"
  | "bool"
  | "optional_bool"
  | "name"
  | "optional_name"
  | "names"
  | "rsts"
  | "address"
  | "alias";

export interface Column {
  readonly name: string;
  readonly shape: ColumnShape;
  /** ClickHouse type. */
  readonly sqlType: string;
  /** One sentence for a person: unit, meaning, what null says. The comment of the SQL column. */
  readonly comment: string;
}

function column(name: string, shape: ColumnShape, sqlType: string, comment: string): Column {
  return { name, shape, sqlType, comment };
}

const TIME = "DateTime64(6, 'UTC')";
const NAME = "LowCardinality(String)";

/** In the order of the NDJSON line. */
export const COLUMNS = [
  column("id", "alias", "String", "collector-epoch-seq: names this observation for good"),
  column("collector", "name", NAME, "The collector that saw it"),
  column("vantage", "name", NAME, "Where the collector stood: client, server, middle or unknown"),
  column("client_ip", "address", "IPv6", "Address of the side that sent the SYN; IPv4 as ::ffff:a.b.c.d"),
  column("client_port", "uint", "UInt16", "Port of the side that sent the SYN"),
  column("server_ip", "address", "IPv6", "Address of the side that received the SYN; IPv4 as ::ffff:a.b.c.d"),
  column("server_port", "uint", "UInt16", "Port of the side that received the SYN"),
  column(
    "direction_confidence",
    "uint",
    "UInt8",
    "0-100: how sure it is which side is the client; 100 when the SYN was seen",
  ),
  column("start_time", "time", TIME, "First packet of the connection that was seen"),
  column("end_time", "time", TIME, "The packet that ended it; for silence, the last packet"),
  column("duration_us", "uint", "UInt64", "end_time - start_time, in microseconds"),
  column("kind", "name", NAME, "What the wire did: fin, reset, refused or timeout"),
  column("cause", "name", NAME, "The finest cause that the evidence supports"),
  column("cause_parent", "optional_name", NAME, "The coarser cause that it refines; empty when it stands by itself"),
  column("confidence", "uint", "UInt8", "0-100: of rows with confidence p, p in 100 are right"),
  column("evidence", "names", `Array(${NAME})`, "Names of the facts behind the cause"),
  column(
    "benign",
    "optional_bool",
    "Nullable(Bool)",
    "An end that harms nobody; null where the capture mode cannot decide",
  ),
  column(
    "stage",
    "name",
    NAME,
    "How far it had come: syn, handshake, established, request, data, closing, closed or orphan",
  ),
  column("sender", "optional_name", NAME, "Side that ended it: client or server; empty when neither is known to have"),
  column("first_fin_by", "optional_name", NAME, "Side of the first FIN: client or server; empty without one"),
  column(
    "first_rst_by",
    "optional_name",
    NAME,
    "Side whose address the first RST carries: client or server; empty without one",
  ),
  column(
    "rst_form",
    "optional_name",
    NAME,
    "Header form of the ending RST: refuse, no_connection, abort or odd; empty without one",
  ),
  column("rst_count", "uint", "UInt32", "RST segments of the connection, copies left out"),
  column("rst_ignored", "uint", "UInt32", "RST segments that ended nothing: the connection went on"),
  column(
    "rst_reason",
    "optional_name",
    NAME,
    "Reason that a RST itself states, in an MPTCP option or a diagnostic payload; empty when it states none",
  ),
  column(
    "rst_payload",
    "optional_name",
    "String",
    "First 64 bytes of the payload that a RST carries, what is no printable ASCII in hexadecimal; empty without one",
  ),
  column("midstream", "bool", "Bool", "The client's SYN was not seen"),
  column("conn_state", "name", NAME, "Connection state in Zeek's words: SF, S0, REJ, RSTO, ..."),
  column("history", "name", "String", "What was captured, in Zeek's letters, upper case for the client"),
  column("community_id", "alias", "String", "Community ID v1 of the tuple, seed 0"),
  column(
    "connection_id",
    "alias",
    "Nullable(String)",
    "Hex of client ISN and server ISN: equal at every vantage; null without a handshake",
  ),
  column("client_isn", "optional_uint", "Nullable(UInt32)", "The client's initial sequence number; null when unknown"),
  column("server_isn", "optional_uint", "Nullable(UInt32)", "The server's initial sequence number; null when unknown"),
  column("client_packets", "uint", "UInt64", "Captured packets from the client, copies left out"),
  column("server_packets", "uint", "UInt64", "Captured packets from the server, copies left out"),
  column(
    "client_bytes",
    "optional_uint",
    "Nullable(UInt64)",
    "Payload bytes from the client, retransmissions not counted; null when unknown",
  ),
  column(
    "server_bytes",
    "optional_uint",
    "Nullable(UInt64)",
    "Payload bytes from the server, retransmissions not counted; null when unknown",
  ),
  column("bytes_exact", "bool", "Bool", "Both byte counts are exact"),
  column("retransmits_client", "uint", "UInt32", "Segments that the client sent again"),
  column("retransmits_server", "uint", "UInt32", "Segments that the server sent again"),
  column(
    "rtt_us",
    "optional_uint",
    "Nullable(UInt32)",
    "SYN to SYN-ACK here, in microseconds; without both, the shortest echo of a timestamp, else null",
  ),
  column(
    "idle_us",
    "optional_uint",
    "Nullable(UInt64)",
    "Silence before the end, in microseconds; null where the capture mode cannot tell",
  ),
  column(
    "ttl_client",
    "optional_uint",
    "Nullable(UInt8)",
    "TTL or hop limit of the client's packets, the RST left out",
  ),
  column(
    "ttl_server",
    "optional_uint",
    "Nullable(UInt8)",
    "TTL or hop limit of the server's packets, the RST left out",
  ),
  column("ttl_rst", "optional_uint", "Nullable(UInt8)", "TTL or hop limit of the ending RST"),
  column("kernel_reason", "optional_name", NAME, "Reason that the sender's kernel gave; empty when none is known"),
  column("capture_mode", "name", NAME, "all: every header was captured; flags: only SYN, FIN and RST segments"),
  column("capture_drops", "uint", "UInt64", "Packets that the capture had lost when this was judged"),
  column("late_segments", "uint", "UInt32", "Segments of the tuple that came after the end and before the judgement"),
  column("judged_time", "time", TIME, "When the cause was decided"),
  column("client_workload", "optional_name", NAME, "namespace/name of the client's workload; empty when unknown"),
  column("server_workload", "optional_name", NAME, "namespace/name of the server's workload; empty when unknown"),
  column("rule_version", "uint", "UInt16", "Version of the rules that named the cause"),
  column(
    "ended_by",
    "optional_name",
    NAME,
    "What the packets say ended it, whatever the cause: fin, rst, icmp or none; empty in rows of before facts were stored",
  ),
  column(
    "occasion",
    "optional_name",
    NAME,
    "Why it was judged when it was: settled, silence, replaced, evicted, capture_end or stopped",
  ),
  column("syns", "uint", "UInt8", "Copies of the client's SYN"),
  column("syn_acks", "uint", "UInt8", "SYN-ACKs that the server's own timer sent"),
  column("client_tries", "uint", "UInt8", "How often the client sent its last data, FIN or probe"),
  column("server_tries", "uint", "UInt8", "How often the server sent its last data, FIN or probe"),
  column("client_probes", "uint", "UInt8", "Keepalive probes of the client since the server spoke last"),
  column("server_probes", "uint", "UInt8", "Keepalive probes of the server since the client spoke last"),
  column("icmp_error", "uint", "UInt16", "Type * 256 + code of an ICMP error that quoted it; 0 without one"),
  column(
    "fin_gap_us",
    "optional_uint",
    "Nullable(UInt32)",
    "From the first FIN to the second where one lies beyond what the other acknowledged, in microseconds; else null",
  ),
  column("facts", "names", `Array(${NAME})`, "What else the rules look at, by name"),
  column("rsts", "rsts", RSTS_SQL_TYPE, "Up to four RSTs, in order of capture, as they found the connection"),
] as const satisfies readonly Column[];

/** Columns that only ClickHouse has: the event's place in its collector's stream and in Kafka. */
export const STORAGE_COLUMNS = [
  column("epoch", "uint", "UInt64", "Start of the collector's run, milliseconds since the Unix epoch"),
  column("seq", "uint", "UInt64", "Number of the event within its collector's run, from 0, without gaps"),
  column("kafka_partition", "uint", "UInt32", "Kafka partition that it came through"),
  column("kafka_offset", "uint", "UInt64", "Kafka offset of its batch"),
] as const satisfies readonly Column[];

export type Side = "client" | "server";

/**
 * One observation of one connection's end, as a row: the stored columns under their own names. The aliases (id,
 * community_id, connection_id) are computed on output. Times are µs since the epoch.
 */
export interface Teardown {
  collector: string;
  epoch: number;
  seq: number;
  vantage: string;
  /** 16 bytes. */
  client_ip: Uint8Array;
  client_port: number;
  /** 16 bytes. */
  server_ip: Uint8Array;
  server_port: number;
  direction_confidence: number;
  start_time: number;
  end_time: number;
  duration_us: number;
  kind: string;
  cause: string;
  cause_parent: string;
  confidence: number;
  evidence: readonly string[];
  benign: boolean | null;
  stage: string;
  /** '' where there is none, as in every optional name. */
  sender: Side | "";
  first_fin_by: Side | "";
  first_rst_by: Side | "";
  rst_form: string;
  rst_count: number;
  rst_ignored: number;
  rst_reason: string;
  rst_payload: string;
  midstream: boolean;
  conn_state: string;
  history: string;
  client_isn: number | null;
  server_isn: number | null;
  client_packets: number;
  server_packets: number;
  client_bytes: number | null;
  server_bytes: number | null;
  bytes_exact: boolean;
  retransmits_client: number;
  retransmits_server: number;
  rtt_us: number | null;
  idle_us: number | null;
  ttl_client: number | null;
  ttl_server: number | null;
  ttl_rst: number | null;
  kernel_reason: string;
  capture_mode: string;
  capture_drops: number;
  late_segments: number;
  judged_time: number;
  client_workload: string;
  server_workload: string;
  rule_version: number;
  ended_by: string;
  occasion: string;
  syns: number;
  syn_acks: number;
  client_tries: number;
  server_tries: number;
  client_probes: number;
  server_probes: number;
  icmp_error: number;
  fin_gap_us: number | null;
  facts: readonly string[];
  rsts: readonly TeardownRst[];
}
