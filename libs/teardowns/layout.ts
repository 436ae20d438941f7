/**
 * Where each column stands in a batch: its field number in proto/hangup/v1/teardown.proto and its form in memory and on
 * the wire. Kept by hand like the proto file; a test compares the two with each other and with columns.ts.
 */

/** What the numbers of a column mean; decides how they are checked. */
export type Meaning = "value" | "name" | "address" | "profile" | "evidence_set";

export interface ProfileColumn<N extends string = string> {
  readonly name: N;
  readonly number: number;
  readonly meaning: Meaning;
  /** Largest value allowed, for meaning `value`. */
  readonly limit: number;
}

/** `varint` and `fixed32` are unsigned; `difference` is a zig-zag varint, restored by differences.ts. */
export type RowWire = "varint" | "fixed32" | "difference";

export interface RowColumn<
  N extends string = string,
  S extends "uint32" | "float64" = "uint32" | "float64",
> extends ProfileColumn<N> {
  readonly storage: S;
  readonly wire: RowWire;
}

export const MAX_UINT8 = 0xff;
export const MAX_UINT16 = 0xffff;
export const MAX_UINT32 = 0xffff_ffff;
/** Whole numbers travel as doubles inside: nothing beyond 2^53 - 1. */
export const MAX_VALUE = Number.MAX_SAFE_INTEGER;
/** Times and durations, and differences of them, of which the zig-zag form takes one bit more: the year 2112. */
export const MAX_TIME = 2 ** 52 - 1;

/** More rows than any sender puts into a message; bounds what a damaged header can make a reader allocate. */
export const MAX_ROWS = 65_536;
export const MAX_NAMES = 65_536;
export const MAX_NAME_BYTES = 16_383;

export const HEADER = {
  collector: 1,
  epoch: 2,
  first_seq: 3,
  count: 4,
  names: 5,
  ipv4_addresses: 6,
  ipv6_addresses: 7,
  evidence_set_sizes: 8,
  evidence_set_names: 9,
  profile_count: 10,
  crc32: 1000,
} as const;

function profileName<N extends string>(name: N, number: number): ProfileColumn<N> {
  return { name, number, meaning: "name", limit: 0 };
}

function profileValue<N extends string>(name: N, number: number, limit: number): ProfileColumn<N> {
  return { name, number, meaning: "value", limit };
}

/** RSTs of a row whose facts are kept. */
export const MAX_RSTS = 4;

/** Columns of which a batch has few combinations. Their order is that of a profile in memory. */
export const PROFILE_COLUMNS = [
  profileName("vantage", 16),
  profileValue("direction_confidence", 21, 100),
  profileName("kind", 25),
  profileName("cause", 26),
  profileName("cause_parent", 27),
  profileValue("confidence", 28, 100),
  { name: "evidence", number: 29, meaning: "evidence_set", limit: 0 },
  profileValue("benign", 30, 2),
  profileName("stage", 31),
  profileName("sender", 32),
  profileName("first_fin_by", 33),
  profileName("first_rst_by", 34),
  profileName("rst_form", 35),
  profileValue("midstream", 38, 1),
  profileName("conn_state", 39),
  profileValue("bytes_exact", 47, 1),
  profileName("kernel_reason", 55),
  profileName("capture_mode", 56),
  profileValue("rule_version", 62, MAX_UINT16),
  profileValue("known_isns", 63, 3),
  profileName("rst_reason", 64),
  profileName("ended_by", 66),
  profileName("occasion", 67),
  profileValue("syns", 68, MAX_UINT8),
  profileValue("syn_acks", 69, MAX_UINT8),
  profileValue("client_tries", 70, MAX_UINT8),
  profileValue("server_tries", 71, MAX_UINT8),
  profileValue("client_probes", 72, MAX_UINT8),
  profileValue("server_probes", 73, MAX_UINT8),
  profileValue("icmp_error", 74, MAX_UINT16),
  { name: "facts", number: 76, meaning: "evidence_set", limit: 0 },
  profileValue("rsts_kept", 77, MAX_RSTS),
] as const satisfies readonly ProfileColumn[];

export type ProfileColumnName = (typeof PROFILE_COLUMNS)[number]["name"];

function small<N extends string>(
  name: N,
  number: number,
  limit = MAX_UINT32,
  meaning: Meaning = "value",
): RowColumn<N, "uint32"> {
  return { name, number, meaning, limit, storage: "uint32", wire: "varint" };
}

function large<N extends string>(
  name: N,
  number: number,
  limit: number,
  wire: RowWire = "varint",
): RowColumn<N, "float64"> {
  return { name, number, meaning: "value", limit, storage: "float64", wire };
}

function isn<N extends string>(name: N, number: number): RowColumn<N, "uint32"> {
  return { name, number, meaning: "value", limit: MAX_UINT32, storage: "uint32", wire: "fixed32" };
}

/** Columns with a value for each row. Optional ones hold value + 1, 0 for unknown: their limit is one higher. */
export const ROW_COLUMNS = [
  small("profile", 15, 0, "profile"),
  small("client_ip", 17, 0, "address"),
  small("client_port", 18, MAX_UINT16),
  small("server_ip", 19, 0, "address"),
  small("server_port", 20, MAX_UINT16),
  large("start_time", 22, MAX_VALUE, "difference"),
  large("end_time", 23, MAX_VALUE, "difference"),
  large("duration_us", 24, MAX_VALUE, "difference"),
  small("rst_count", 36),
  small("rst_ignored", 37),
  small("history", 40, 0, "name"),
  isn("client_isn", 41),
  isn("server_isn", 42),
  large("client_packets", 43, MAX_VALUE),
  large("server_packets", 44, MAX_VALUE),
  large("client_bytes", 45, MAX_VALUE),
  large("server_bytes", 46, MAX_VALUE),
  small("retransmits_client", 48),
  small("retransmits_server", 49),
  large("rtt_us", 50, MAX_UINT32 + 1),
  large("idle_us", 51, MAX_VALUE),
  small("ttl_client", 52, MAX_UINT8 + 1),
  small("ttl_server", 53, MAX_UINT8 + 1),
  small("ttl_rst", 54, MAX_UINT8 + 1),
  large("capture_drops", 57, MAX_VALUE),
  small("late_segments", 58),
  large("judged_time", 59, MAX_VALUE, "difference"),
  small("client_workload", 60, 0, "name"),
  small("server_workload", 61, 0, "name"),
  small("rst_payload", 65, 0, "name"),
  large("fin_gap_us", 75, MAX_UINT32 + 1),
] as const satisfies readonly RowColumn[];

export type RowColumnName = (typeof ROW_COLUMNS)[number]["name"];

type StorageOf<N extends RowColumnName> = Extract<(typeof ROW_COLUMNS)[number], { name: N }>["storage"];

/** One flat array a column, all of one capacity. */
export type RowArrays = { [N in RowColumnName]: StorageOf<N> extends "uint32" ? Uint32Array : Float64Array };

/** Fresh arrays of `capacity`, holding the first `kept` values of `before`. */
export function allocateRows(capacity: number, before?: RowArrays, kept = 0): RowArrays {
  const arrays: Record<string, Uint32Array | Float64Array> = {};
  for (const { name, storage } of ROW_COLUMNS) {
    const fresh = storage === "uint32" ? new Uint32Array(capacity) : new Float64Array(capacity);
    if (before) fresh.set(before[name].subarray(0, kept));
    arrays[name] = fresh;
  }
  return arrays as RowArrays;
}

/** Position of a column within a profile. */
export const PROFILE_SLOT = Object.fromEntries(PROFILE_COLUMNS.map(({ name }, slot) => [name, slot])) as Readonly<
  Record<ProfileColumnName, number>
>;

export const PROFILE_SIZE = PROFILE_COLUMNS.length;
