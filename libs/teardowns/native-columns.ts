import type { TeardownColumns } from "./batch.ts";
import type { EvidenceTable, NameTable } from "./dictionaries.ts";
import { PROFILE_SIZE, PROFILE_SLOT, type RowArrays } from "./layout.ts";
import { KeySet, putLowCardinality, putLowCardinalityVersion } from "./low-cardinality.ts";
import type { NativeWriter } from "./native-writer.ts";
import type { ProfileTable } from "./profiles.ts";

/** Rows `from` … `from + count` of a batch, on their way to rows `at` … of a block. */
export interface Slice {
  readonly batch: TeardownColumns;
  readonly from: number;
  readonly count: number;
  readonly at: number;
  readonly partition: number;
  readonly offset: number;
  /** The block's number of each of the batch's names, and of its profiles. */
  readonly names: Uint32Array;
  readonly profiles: Uint32Array;
  /** The block's number of each of the batch's sets. */
  readonly sets: Uint32Array;
  /** The block's number of the collector's name. */
  readonly collector: number;
}

/** What the columns of a block share. */
export interface BlockTables {
  readonly names: NameTable;
  readonly evidence: EvidenceTable;
  readonly profiles: ProfileTable;
  /** Number of each row's profile. */
  readonly rowProfiles: Uint32Array;
}

export interface BlockColumn {
  take(slice: Slice): void;
  /** Writes the data of the block's rows. */
  put(writer: NativeWriter, count: number, tables: BlockTables): void;
  /** Makes room for so many rows, keeping the first `kept`. */
  reserve(rows: number, kept: number): void;
}

type Uint32Name = { [N in keyof RowArrays]: RowArrays[N] extends Uint32Array ? N : never }[keyof RowArrays];
type Float64Name = { [N in keyof RowArrays]: RowArrays[N] extends Float64Array ? N : never }[keyof RowArrays];
type Flat = Uint8Array | Uint16Array | Uint32Array;

function resized<A extends Flat>(values: A, length: number, kept: number): A {
  const larger = new (values.constructor as new (length: number) => A)(length);
  larger.set(values.subarray(0, kept));
  return larger;
}

/** UInt16 and UInt32. */
function uint(name: Uint32Name, empty: Uint16Array | Uint32Array): BlockColumn {
  let values = empty;
  return {
    take({ batch, from, count, at }) {
      const source = batch.rows[name];
      for (let i = 0; i < count; i++) values[at + i] = source[from + i];
    },
    put: (writer, count) => writer.array(values, count),
    reserve: (rows, kept) => (values = resized(values, rows, kept)),
  };
}

/** UInt64 and DateTime64: two words a row. */
function uint64(name: Float64Name): BlockColumn {
  let words = new Uint32Array(0);
  return {
    take({ batch, from, count, at }) {
      const source = batch.rows[name];
      for (let i = 0, w = at * 2; i < count; i++, w += 2) putWords(words, w, source[from + i]);
    },
    put: (writer, count) => writer.array(words, count * 2),
    reserve: (rows, kept) => (words = resized(words, rows * 2, kept * 2)),
  };
}

/** Bit operators take a double modulo 2^32, exact for whole numbers, and many times faster than `%`. */
function putWords(words: Uint32Array, at: number, value: number): void {
  words[at] = value >>> 0;
  words[at + 1] = (value / 0x1_0000_0000) >>> 0;
}

/** Nullable: `a byte a row, 1 for null | the values, 0 where null`. The batch holds value + 1, 0 for null. */
function optional(name: Uint32Name | Float64Name, empty: Uint8Array | Uint32Array): BlockColumn {
  let values = empty;
  let nulls = new Uint8Array(0);
  return {
    take({ batch, from, count, at }) {
      const source = batch.rows[name];
      for (let i = 0; i < count; i++) {
        const stored = source[from + i];
        nulls[at + i] = stored === 0 ? 1 : 0;
        values[at + i] = stored === 0 ? 0 : stored - 1;
      }
    },
    put(writer, count) {
      writer.array(nulls, count);
      writer.array(values, count);
    },
    reserve(rows, kept) {
      values = resized(values, rows, kept);
      nulls = resized(nulls, rows, kept);
    },
  };
}

function optionalUint64(name: Float64Name): BlockColumn {
  let words = new Uint32Array(0);
  let nulls = new Uint8Array(0);
  return {
    take({ batch, from, count, at }) {
      const source = batch.rows[name];
      for (let i = 0; i < count; i++) {
        const stored = source[from + i];
        nulls[at + i] = stored === 0 ? 1 : 0;
        putWords(words, (at + i) * 2, stored === 0 ? 0 : stored - 1);
      }
    },
    put(writer, count) {
      writer.array(nulls, count);
      writer.array(words, count * 2);
    },
    reserve(rows, kept) {
      words = resized(words, rows * 2, kept * 2);
      nulls = resized(nulls, rows, kept);
    },
  };
}

/** Nullable(UInt32), known where the profile says so. */
function isn(name: "client_isn" | "server_isn", knownBit: number): BlockColumn {
  let values = new Uint32Array(0);
  let nulls = new Uint8Array(0);
  return {
    take({ batch, from, count, at }) {
      const source = batch.rows[name];
      const { profile } = batch.rows;
      const known = batch.profiles.values;
      for (let i = 0; i < count; i++) {
        values[at + i] = source[from + i];
        nulls[at + i] = known[profile[from + i] * PROFILE_SIZE + PROFILE_SLOT.known_isns] & knownBit ? 0 : 1;
      }
    },
    put(writer, count) {
      writer.array(nulls, count);
      writer.array(values, count);
    },
    reserve(rows, kept) {
      values = resized(values, rows, kept);
      nulls = resized(nulls, rows, kept);
    },
  };
}

/** IPv6: 16 bytes in network order, four words a row. */
function address(name: "client_ip" | "server_ip"): BlockColumn {
  let words = new Uint32Array(0);
  // The bytes 0, 0, 0xff, 0xff before an IPv4 address, as they are read by a little-endian machine.
  const mapped = 0xffff_0000;
  return {
    take({ batch, from, count, at }) {
      const source = batch.rows[name];
      const { ipv4, ipv6 } = batch.addresses;
      for (let i = 0, w = at * 4; i < count; i++, w += 4) {
        const number = source[from + i];
        const isIPv6 = (number & 1) === 1;
        const entry = (number >>> 1) * 4;
        words[w] = isIPv6 ? ipv6[entry] : 0;
        words[w + 1] = isIPv6 ? ipv6[entry + 1] : 0;
        words[w + 2] = isIPv6 ? ipv6[entry + 2] : mapped;
        words[w + 3] = isIPv6 ? ipv6[entry + 3] : ipv4[number >>> 1];
      }
    },
    put: (writer, count) => writer.array(words, count * 4),
    reserve: (rows, kept) => (words = resized(words, rows * 4, kept * 4)),
  };
}

/** A name a row: as String where there may be many, else as LowCardinality(String). */
function rowName(
  name: "history" | "rst_payload" | "client_workload" | "server_workload",
  lowCardinality: boolean,
): BlockColumn {
  let numbers = new Uint32Array(0);
  return {
    take({ batch, from, count, at, names }) {
      const source = batch.rows[name];
      for (let i = 0; i < count; i++) numbers[at + i] = names[source[from + i]];
    },
    put(writer, count, { names }) {
      if (lowCardinality) putRowNames(writer, numbers, count, names);
      else writer.texts(numbers, count, names.texts.map(lengthPrefixed));
    },
    reserve: (rows, kept) => (numbers = resized(numbers, rows, kept)),
  };
}

function putRowNames(writer: NativeWriter, numbers: Uint32Array, count: number, names: NameTable): void {
  const used = new KeySet();
  const keyOf = new Uint32Array(names.texts.length);
  for (let i = 0, last = -1; i < count; i++) {
    if (numbers[i] === last) continue;
    last = numbers[i];
    keyOf[last] = used.add(last, names.texts);
  }
  putLowCardinalityVersion(writer);
  putLowCardinality(writer, used.keys, keyOf, numbers, count);
}

/** At most MAX_NAME_BYTES, whose length takes two bytes. */
function lengthPrefixed(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  const size = bytes.length;
  return Buffer.concat([size < 0x80 ? Buffer.of(size) : Buffer.of((size & 0x7f) | 0x80, size >>> 7), bytes]);
}

/** A number that all rows of a slice share, or that counts up with them: they are known without looking at the batch. */
function sliceUint64(valueOf: (slice: Slice) => number, step: 0 | 1): BlockColumn {
  let words = new Uint32Array(0);
  return {
    take(slice) {
      const first = valueOf(slice);
      for (let i = 0; i < slice.count; i++) putWords(words, (slice.at + i) * 2, first + i * step);
    },
    put: (writer, count) => writer.array(words, count * 2),
    reserve: (rows, kept) => (words = resized(words, rows * 2, kept * 2)),
  };
}

function slicePartition(): BlockColumn {
  let values = new Uint32Array(0);
  return {
    take: ({ partition, at, count }) => values.fill(partition, at, at + count),
    put: (writer, count) => writer.array(values, count),
    reserve: (rows, kept) => (values = resized(values, rows, kept)),
  };
}

function sliceCollector(): BlockColumn {
  let numbers = new Uint32Array(0);
  return {
    take: ({ collector, at, count }) => numbers.fill(collector, at, at + count),
    put: (writer, count, { names }) => putRowNames(writer, numbers, count, names),
    reserve: (rows, kept) => (numbers = resized(numbers, rows, kept)),
  };
}

/** Columns with a value of their own for each row. */
export const ROW_BLOCK_COLUMNS = {
  collector: sliceCollector,
  client_ip: () => address("client_ip"),
  client_port: () => uint("client_port", new Uint16Array(0)),
  server_ip: () => address("server_ip"),
  server_port: () => uint("server_port", new Uint16Array(0)),
  start_time: () => uint64("start_time"),
  end_time: () => uint64("end_time"),
  duration_us: () => uint64("duration_us"),
  rst_count: () => uint("rst_count", new Uint32Array(0)),
  rst_ignored: () => uint("rst_ignored", new Uint32Array(0)),
  history: () => rowName("history", false),
  rst_payload: () => rowName("rst_payload", false),
  client_isn: () => isn("client_isn", 1),
  server_isn: () => isn("server_isn", 2),
  client_packets: () => uint64("client_packets"),
  server_packets: () => uint64("server_packets"),
  client_bytes: () => optionalUint64("client_bytes"),
  server_bytes: () => optionalUint64("server_bytes"),
  retransmits_client: () => uint("retransmits_client", new Uint32Array(0)),
  retransmits_server: () => uint("retransmits_server", new Uint32Array(0)),
  rtt_us: () => optional("rtt_us", new Uint32Array(0)),
  idle_us: () => optionalUint64("idle_us"),
  ttl_client: () => optional("ttl_client", new Uint8Array(0)),
  ttl_server: () => optional("ttl_server", new Uint8Array(0)),
  ttl_rst: () => optional("ttl_rst", new Uint8Array(0)),
  capture_drops: () => uint64("capture_drops"),
  fin_gap_us: () => optional("fin_gap_us", new Uint32Array(0)),
  late_segments: () => uint("late_segments", new Uint32Array(0)),
  judged_time: () => uint64("judged_time"),
  client_workload: () => rowName("client_workload", true),
  server_workload: () => rowName("server_workload", true),
  epoch: () => sliceUint64(({ batch }) => batch.epoch, 0),
  seq: () => sliceUint64(({ batch, from }) => batch.firstSeq + from, 1),
  kafka_partition: slicePartition,
  kafka_offset: () => sliceUint64(({ offset }) => offset, 0),
} as const satisfies Record<string, () => BlockColumn>;
