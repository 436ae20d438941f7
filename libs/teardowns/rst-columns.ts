import { MAX_UINT16, MAX_UINT32, MAX_UINT8, MAX_VALUE } from "./layout.ts";

/**
 * What a value of a kept RST is, in memory and on the wire:
 * - `name`: number of the text · `names`: number of the set
 * - `uint` · `optional_uint`: value + 1, 0 for null
 * - `int`: zig-zag · `optional_int`: zig-zag + 1, 0 for null, held within ± (2^31 - 1)
 * - `bytes`: up to four, the first lowest; a byte of 0 ends them
 */
export type RstShape = "name" | "names" | "uint" | "optional_uint" | "int" | "optional_int" | "bytes";

export interface RstColumn {
  readonly name: string;
  /** Field number in teardown.proto, where its name is `rsts_` and this one. */
  readonly number: number;
  readonly shape: RstShape;
  /** Largest number stored, for what is neither name nor set. */
  readonly limit: number;
  readonly storage: "uint32" | "float64";
  readonly wire: "varint" | "fixed32";
  /** ClickHouse type. */
  readonly sqlType: string;
  readonly comment: string;
}

const LC = "LowCardinality(String)";

function column(
  number: number,
  name: string,
  shape: RstShape,
  limit: number,
  sqlType: string,
  comment: string,
): RstColumn {
  const storage = limit > MAX_UINT32 ? "float64" : "uint32";
  return { name, number, shape, limit, storage, wire: "varint", sqlType, comment };
}

function text(number: number, name: string, comment: string): RstColumn {
  return column(number, name, "name", 0, LC, comment);
}

/** A number of the header: random, so that four flat bytes are shorter than a varint. */
function flat(number: number, name: string, comment: string): RstColumn {
  return { ...column(number, name, "uint", MAX_UINT32, "UInt32", comment), wire: "fixed32" };
}

function uint8(number: number, name: string, comment: string): RstColumn {
  return column(number, name, "uint", MAX_UINT8, "UInt8", comment);
}

function uint16(number: number, name: string, comment: string): RstColumn {
  return column(number, name, "uint", MAX_UINT16, "UInt16", comment);
}

function optional(number: number, name: string, bits: 8 | 16 | 32, comment: string): RstColumn {
  // Of 32 bits the highest value is given up for null.
  const limit = bits === 32 ? MAX_UINT32 : 2 ** bits;
  return column(number, name, "optional_uint", limit, `Nullable(UInt${bits})`, comment);
}

function distance(number: number, name: string, comment: string): RstColumn {
  return column(number, name, "optional_int", MAX_UINT32, "Nullable(Int32)", comment);
}

/**
 * In the order of the SQL tuple. x is the side whose address the RST carries, y the other; snd and ack are the highest numbers that
 * had been seen of a side.
 */
export const RST_COLUMNS: readonly RstColumn[] = [
  text(80, "by", "Side whose address it carries: client or server"),
  column(81, "offset_us", "int", MAX_VALUE, "Int64", "Microseconds behind end_time; negative before"),
  flat(82, "seq", "Sequence number"),
  flat(83, "ack", "Acknowledgement field, whether or not ACK is set"),
  uint8(84, "flags", "Flag bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128"),
  text(85, "form", "Header form: refuse, no_connection, abort or odd"),
  text(
    86,
    "validity",
    "ends (the row), ignored, trailing (after both FINs) or late (behind the one that ends the row)",
  ),
  uint8(87, "ttl", "TTL or hop limit"),
  column(
    88,
    "other_ttls",
    "bytes",
    MAX_UINT32,
    "Array(UInt8)",
    "Up to four TTLs of x's other packets, the first first",
  ),
  uint8(89, "tos", "Type of service or traffic class"),
  optional(90, "ip_id", 16, "IP identification; null where there is none"),
  optional(91, "ip_id_step", 16, "IP identification less that of x's last packet, modulo 2^16; null without a series"),
  uint16(92, "window", "Window field"),
  uint16(93, "ip_length", "Bytes of the IP packet"),
  uint16(94, "payload_length", "Bytes of payload"),
  optional(95, "mptcp_reason", 8, "Reset reason of an MPTCP option (RFC 8684 3.6); null without one"),
  distance(96, "seq_beyond_sent", "seq - snd(x); null where one is unknown"),
  distance(97, "seq_beyond_acked", "seq - ack(y); null where one is unknown"),
  distance(98, "ack_beyond_sent", "ack - snd(y); null where one is unknown"),
  distance(99, "unacked_of_sender", "snd(x) - ack(y): what y had not acknowledged; null where one is unknown"),
  distance(100, "unacked_of_peer", "snd(y) - ack(x): what x had not acknowledged; null where one is unknown"),
  distance(101, "ack_beyond_own_fin", "ack beyond what x's FIN acknowledged; null without that FIN"),
  distance(102, "peer_beyond_own_fin", "snd(y) beyond what x's FIN acknowledged; null without that FIN"),
  uint8(103, "probes", "Keepalive probes of x that y had not answered"),
  uint8(104, "syn_acks", "SYN-ACKs that the server's timer had sent"),
  column(105, "idle_us", "uint", MAX_UINT32, "UInt32", "Silence before it, in microseconds"),
  optional(106, "since_synack_us", 32, "Since the SYN-ACK that was counted last, in microseconds; null without one"),
  optional(107, "since_data_us", 32, "Since the client's first payload, in microseconds; null without any"),
  column(108, "facts", "names", 0, `Array(${LC})`, "What else was known when it came, by name"),
];

/** The type of the SQL column `rsts`. */
export const RSTS_SQL_TYPE = `Array(Tuple(${RST_COLUMNS.map(({ name, sqlType }) => `${name} ${sqlType}`).join(", ")}))`;

/** A RST of the connection as it was when it came: x sent it, y is the other side. At most four of a connection are kept. */
export interface TeardownRst {
  by: "client" | "server";
  /** µs behind `end_time`; negative before. */
  offset_us: number;
  seq: number;
  ack: number;
  flags: number;
  form: string;
  /** ends, ignored, trailing, or late: behind the one that ends the row. */
  validity: string;
  ttl: number;
  /** Up to four TTLs of x's other packets, the first seen first. */
  other_ttls: readonly number[];
  tos: number;
  ip_id: number | null;
  /** From x's last IP-ID, modulo 2^16; null where it keeps no series. */
  ip_id_step: number | null;
  window: number;
  ip_length: number;
  payload_length: number;
  mptcp_reason: number | null;
  /** seq - snd(x), seq - ack(y), ack - snd(y), snd(x) - ack(y), snd(y) - ack(x); null where one of the two is unknown. */
  seq_beyond_sent: number | null;
  seq_beyond_acked: number | null;
  ack_beyond_sent: number | null;
  unacked_of_sender: number | null;
  unacked_of_peer: number | null;
  /** ack, and snd(y), beyond what x's own FIN acknowledged; null without one. */
  ack_beyond_own_fin: number | null;
  peer_beyond_own_fin: number | null;
  /** Keepalive probes of x that y had not answered; SYN-ACKs that the server's timer had sent. */
  probes: number;
  syn_acks: number;
  idle_us: number;
  since_synack_us: number | null;
  since_data_us: number | null;
  facts: readonly string[];
}
