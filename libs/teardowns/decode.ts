import { isUtf8 } from "node:buffer";
import type { TeardownColumns } from "./batch.ts";
import { BatchError } from "./batch-error.ts";
import { grown } from "./dictionaries.ts";
import { restoreColumns } from "./differences.ts";
import {
  HEADER,
  MAX_NAME_BYTES,
  MAX_NAMES,
  MAX_ROWS,
  MAX_RSTS,
  PROFILE_COLUMNS,
  PROFILE_SIZE,
  PROFILE_SLOT,
  ROW_COLUMNS,
  type Meaning,
  type ProfileColumn,
} from "./layout.ts";
import { RST_COLUMNS, type RstColumn } from "./rst-columns.ts";
import { checkSeal } from "./seal.ts";
import { DELIMITED, WireReader } from "./wire-reader.ts";

type Target =
  | { readonly of: "profile"; readonly slot: number }
  | { readonly of: "row"; readonly column: (typeof ROW_COLUMNS)[number] }
  | { readonly of: "rst"; readonly column: RstColumn; readonly at: number };

/** Column by field number. */
const TARGETS: (Target | undefined)[] = [];
PROFILE_COLUMNS.forEach(({ number }, slot) => (TARGETS[number] = { of: "profile", slot }));
for (const column of ROW_COLUMNS) TARGETS[column.number] = { of: "row", column };
RST_COLUMNS.forEach((column, at) => (TARGETS[column.number] = { of: "rst", column, at }));

const FACTS = PROFILE_COLUMNS[PROFILE_SLOT.facts];
const ENDED_BY = PROFILE_COLUMNS[PROFILE_SLOT.ended_by];

// Decoding never waits, so that one reader serves every message.
const reader = new WireReader();
/** By field number: values read so far, and the largest of them. */
const filled = new Uint32Array(TARGETS.length);
const largest = new Float64Array(TARGETS.length);

/**
 * Reads one TeardownBatch message (grammar: proto/hangup/v1/teardown.proto) into `into`, whose content it replaces.
 * Fields that it does not know are skipped. The message is not kept.
 * @throws BatchError for anything that is no batch; `into` is then empty. Memory taken is bounded by MAX_ROWS and the
 * message's own size.
 */
export function decodeBatch(message: Uint8Array, into: TeardownColumns): void {
  into.clear();
  try {
    if (message.length === 0) throw new BatchError("empty");
    const buffer = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    checkSeal(buffer);
    const sizes = readHeader(buffer, into);
    readColumns(buffer, into, sizes);
    into.length = sizes.rows;
    completeColumns(into, sizes);
  } catch (error) {
    into.clear();
    throw error;
  }
}

interface Sizes {
  rows: number;
  profiles: number;
  /** Kept RSTs of all rows; known when the profiles are read. */
  rsts: number;
}

/** First walk: header and dictionaries, which must be known before any column is read. */
function readHeader(message: Buffer, into: TeardownColumns): Sizes {
  const sizes: Sizes = { rows: 0, profiles: 0, rsts: 0 };
  const evidence = { sizes: new Uint32Array(0), count: 0, memberCount: 0 };
  into.epoch = 0;
  into.firstSeq = 0;
  reader.reset(message);
  while (reader.next()) {
    switch (reader.number) {
      case HEADER.collector:
        into.collector = readText(message);
        break;
      case HEADER.epoch:
        into.epoch = reader.uint();
        break;
      case HEADER.first_seq:
        into.firstSeq = reader.uint();
        break;
      case HEADER.count:
        sizes.rows = reader.uint();
        break;
      case HEADER.profile_count:
        sizes.profiles = reader.uint();
        break;
      case HEADER.names:
        if (into.names.texts.length >= MAX_NAMES) throw new BatchError("too_large", "names");
        into.names.push(readText(message));
        break;
      case HEADER.ipv4_addresses:
        into.addresses.ipv4Count = entries(4, "ipv4_addresses");
        into.addresses.reserve(into.addresses.ipv4Count, 0);
        copyBytes(message, into.addresses.ipv4);
        break;
      case HEADER.ipv6_addresses:
        into.addresses.ipv6Count = entries(16, "ipv6_addresses");
        into.addresses.reserve(0, into.addresses.ipv6Count);
        copyBytes(message, into.addresses.ipv6);
        break;
      case HEADER.evidence_set_sizes: {
        const room = evidence.count + reader.end - reader.start;
        if (room > evidence.sizes.length) evidence.sizes = grown(evidence.sizes, room);
        evidence.count = reader.readUint32s(evidence.sizes, evidence.count, room);
        break;
      }
      case HEADER.evidence_set_names: {
        const room = evidence.memberCount + reader.end - reader.start;
        into.evidence.reserve(0, room);
        evidence.memberCount = reader.readUint32s(into.evidence.members, evidence.memberCount, room);
        break;
      }
      default:
    }
  }
  if (sizes.rows === 0) throw new BatchError("empty");
  if (into.collector === "") throw new BatchError("no_collector");
  if (sizes.rows > MAX_ROWS) throw new BatchError("too_large", "count");
  if (sizes.profiles > sizes.rows || sizes.profiles === 0) throw new BatchError("bad_length", "profile_count");
  if (into.firstSeq + sizes.rows > Number.MAX_SAFE_INTEGER) throw new BatchError("bad_value", "first_seq");
  completeEvidence(into, evidence.sizes.subarray(0, evidence.count), evidence.memberCount);
  return sizes;
}

function readText(message: Buffer): string {
  const { start, end } = reader;
  if (reader.wireType !== DELIMITED) throw new BatchError("malformed", String(reader.number));
  if (end - start > MAX_NAME_BYTES) throw new BatchError("too_large", String(reader.number));
  const text = message.toString("utf8", start, end);
  // Only a text with a replacement character can have had bytes that are no UTF-8.
  if (text.includes("\u{fffd}") && !isUtf8(message.subarray(start, end)))
    throw new BatchError("bad_text", String(reader.number));
  return text;
}

function entries(size: number, field: string): number {
  const count = (reader.end - reader.start) / size;
  if (reader.wireType !== DELIMITED || !Number.isInteger(count)) throw new BatchError("malformed", field);
  return count;
}

function copyBytes(message: Buffer, out: Uint32Array): void {
  new Uint8Array(out.buffer).set(message.subarray(reader.start, reader.end));
}

function completeEvidence(into: TeardownColumns, sizes: Uint32Array, memberCount: number): void {
  const { evidence, names } = into;
  evidence.reserve(sizes.length, 0);
  let end = 0;
  for (let set = 0; set < sizes.length; set++) evidence.starts[set + 1] = end = end + sizes[set];
  if (end !== memberCount) throw new BatchError("bad_length", "evidence_set_names");
  evidence.count = sizes.length;
  for (let i = 0; i < memberCount; i++) {
    if (evidence.members[i] >= names.texts.length) throw new BatchError("bad_reference", "evidence_set_names");
  }
}

/** Second walk: the columns. A list may come in several pieces, packed or not. */
function readColumns(message: Buffer, into: TeardownColumns, sizes: Sizes): void {
  filled.fill(0);
  largest.fill(0);
  into.reserve(sizes.rows);
  into.profiles.resize(sizes.profiles);
  reader.reset(message);
  while (reader.next()) {
    const { number } = reader;
    const target = number < TARGETS.length ? TARGETS[number] : undefined;
    if (target === undefined) continue;
    if (target.of === "profile") {
      filled[number] = reader.readUint32s(
        into.profiles.values,
        filled[number],
        sizes.profiles,
        PROFILE_SIZE,
        target.slot,
      );
    } else if (target.of === "rst") readRstColumn(into, target.column, target.at, sizes);
    else if (target.column.storage === "float64") {
      filled[number] = reader.readFloat64s(into.rows[target.column.name], filled[number], sizes.rows);
    } else if (target.column.wire === "fixed32") {
      filled[number] = reader.readFixed32s(into.rows[target.column.name], filled[number], sizes.rows);
    } else {
      filled[number] = reader.readUint32s(into.rows[target.column.name], filled[number], sizes.rows);
    }
    largest[number] = Math.max(largest[number], reader.largest);
  }
}

/** How many there must be is not known yet: no more than rows may have, nor than the message has bytes for. */
function readRstColumn({ rsts }: TeardownColumns, { number, wire }: RstColumn, at: number, { rows }: Sizes): void {
  const room = Math.min(rows * MAX_RSTS, filled[number] + reader.end - reader.start);
  rsts.reserve(room);
  const values = rsts.columns[at];
  if (values instanceof Float64Array) filled[number] = reader.readFloat64s(values, filled[number], room);
  else if (wire === "fixed32") filled[number] = reader.readFixed32s(values, filled[number], room);
  else filled[number] = reader.readUint32s(values, filled[number], room);
}

/** Spreads shared values, checks ranges and references, restores times. */
function completeColumns(into: TeardownColumns, sizes: Sizes): void {
  PROFILE_COLUMNS.forEach((column, slot) => {
    checkRange(into, column, sizes);
    if (!isComplete(column, sizes.profiles)) spreadProfileValue(into.profiles.values, slot, sizes.profiles);
  });
  for (const column of ROW_COLUMNS) {
    if (column.wire !== "difference") checkRange(into, column, sizes);
    const values = into.rows[column.name];
    if (!isComplete(column, sizes.rows)) values.fill(filled[column.number] === 0 ? 0 : values[0], 0, sizes.rows);
  }
  dropMissingFacts(into, sizes);
  completeRsts(into, sizes);
  checkAddresses(into, into.rows.client_ip);
  checkAddresses(into, into.rows.server_ip);
  if (!restoreColumns(into.rows, sizes.rows)) throw new BatchError("bad_value", "end_time");
}

/** A message of before there were facts: number 0 would be the first set of evidence. */
function dropMissingFacts({ profiles, evidence, names }: TeardownColumns, sizes: Sizes): void {
  if (filled[FACTS.number] !== 0 || filled[ENDED_BY.number] !== 0) return;
  const none = evidence.intern([], names);
  for (let i = 0; i < sizes.profiles; i++) profiles.values[i * PROFILE_SIZE + PROFILE_SLOT.facts] = none;
}

/** Each row has as many RSTs as its profile says. */
function completeRsts(into: TeardownColumns, sizes: Sizes): void {
  const { rsts, rstStarts, profiles } = into;
  const { profile } = into.rows;
  for (let i = 0; i < sizes.rows; i++) {
    rstStarts[i] = sizes.rsts;
    sizes.rsts += profiles.values[profile[i] * PROFILE_SIZE + PROFILE_SLOT.rsts_kept];
  }
  rstStarts[sizes.rows] = sizes.rsts;
  rsts.reserve(sizes.rsts);
  rsts.count = sizes.rsts;
  RST_COLUMNS.forEach(({ name, number, shape, limit }, at) => {
    const meaning = shape === "name" ? "name" : shape === "names" ? "evidence_set" : "value";
    checkRange(into, { name, number, meaning, limit }, sizes);
    const values = rsts.columns[at];
    if (!isComplete({ name, number }, sizes.rsts)) values.fill(filled[number] === 0 ? 0 : values[0], 0, sizes.rsts);
  });
}

/** True when the column came with a value for each entry; false when it has one for all, or none. */
function isComplete({ number, name }: Pick<ProfileColumn, "name" | "number">, entryCount: number): boolean {
  const count = filled[number];
  if (count === entryCount) return true;
  if (count > 1) throw new BatchError("bad_length", name);
  return false;
}

/** Absent, all values are 0 and stand so already. */
function spreadProfileValue(values: Uint32Array, slot: number, profiles: number): void {
  const shared = values[slot];
  for (let i = 1; i < profiles; i++) values[i * PROFILE_SIZE + slot] = shared;
}

function checkRange(into: TeardownColumns, { meaning, number, limit, name }: ProfileColumn, sizes: Sizes): void {
  // Addresses have two dictionaries: checkAddresses looks at each.
  if (meaning === "address") return;
  if (meaning === "value") {
    if (largest[number] > limit) throw new BatchError("bad_value", name);
  } else if (largest[number] >= dictionarySize(into, meaning, sizes)) throw new BatchError("bad_reference", name);
}

function dictionarySize(into: TeardownColumns, meaning: Meaning, sizes: Sizes): number {
  if (meaning === "name") return into.names.texts.length;
  return meaning === "evidence_set" ? into.evidence.count : sizes.profiles;
}

function checkAddresses({ addresses, length }: TeardownColumns, numbers: Uint32Array): void {
  const { ipv4Count, ipv6Count } = addresses;
  for (let i = 0; i < length; i++) {
    const number = numbers[i];
    if (number >>> 1 >= (number & 1 ? ipv6Count : ipv4Count))
      throw new BatchError("bad_reference", "client_ip or server_ip");
  }
}
