import type { TeardownColumns } from "./batch.ts";
import { differenceColumn } from "./differences.ts";
import { HEADER, PROFILE_COLUMNS, PROFILE_SIZE, ROW_COLUMNS } from "./layout.ts";
import { RST_COLUMNS } from "./rst-columns.ts";
import { WireWriter } from "./wire-writer.ts";

type ColumnStep = { readonly number: number } & (
  | { readonly of: "profile"; readonly slot: number }
  | { readonly of: "row"; readonly column: (typeof ROW_COLUMNS)[number] }
);

/** All columns by field number: the order in which protobuf writers write. */
const STEPS: readonly ColumnStep[] = [
  ...PROFILE_COLUMNS.map(({ number }, slot): ColumnStep => ({ number, of: "profile", slot })),
  ...ROW_COLUMNS.map((column): ColumnStep => ({ number: column.number, of: "row", column })),
].toSorted((a, b) => a.number - b.number);

// Encoding never waits, so that one writer and one scratch column serve every batch.
const writer = new WireWriter();
let scratch = new Float64Array(1024);
let profileScratch = new Uint32Array(64);

/** The batch as one TeardownBatch message (grammar: proto/hangup/v1/teardown.proto). The batch is left as it is. */
export function encodeBatch(batch: TeardownColumns): Buffer {
  writer.reset();
  encodeHeader(batch);
  for (const step of STEPS) {
    if (step.of === "profile") encodeProfileColumn(batch, step.number, step.slot);
    else encodeRowColumn(batch, step.column);
  }
  encodeRsts(batch);
  return writer.seal();
}

function encodeHeader({
  collector,
  epoch,
  firstSeq,
  length,
  names,
  addresses,
  evidence,
  profiles,
}: TeardownColumns): void {
  if (collector !== "") writer.text(HEADER.collector, collector);
  writer.uint(HEADER.epoch, epoch);
  writer.uint(HEADER.first_seq, firstSeq);
  writer.uint(HEADER.count, length);
  for (let i = 1; i < names.texts.length; i++) writer.text(HEADER.names, names.texts[i]);
  writer.bytes(HEADER.ipv4_addresses, new Uint8Array(addresses.ipv4.buffer, 0, addresses.ipv4Count * 4));
  writer.bytes(HEADER.ipv6_addresses, new Uint8Array(addresses.ipv6.buffer, 0, addresses.ipv6Count * 16));
  const sizes = Uint32Array.from(
    { length: evidence.count },
    (_, set) => evidence.starts[set + 1] - evidence.starts[set],
  );
  writer.packedUint32(HEADER.evidence_set_sizes, sizes, sizes.length);
  writer.packedUint32(HEADER.evidence_set_names, evidence.members, evidence.memberCount);
  writer.uint(HEADER.profile_count, profiles.count);
}

function encodeProfileColumn({ profiles }: TeardownColumns, number: number, slot: number): void {
  const { count, values } = profiles;
  if (profileScratch.length < count) profileScratch = new Uint32Array(count * 2);
  for (let i = 0; i < count; i++) profileScratch[i] = values[i * PROFILE_SIZE + slot];
  writer.packedUint32(number, profileScratch, sent(profileScratch, count));
}

function encodeRowColumn(batch: TeardownColumns, column: (typeof ROW_COLUMNS)[number]): void {
  const count = batch.length;
  if (column.storage === "uint32") {
    const values = batch.rows[column.name];
    if (column.wire === "fixed32") writer.packedFixed32(column.number, values, sent(values, count));
    else writer.packedUint32(column.number, values, sent(values, count));
    return;
  }
  let values = batch.rows[column.name];
  if (column.wire === "difference") {
    if (scratch.length < count) scratch = new Float64Array(count * 2);
    differenceColumn(batch.rows, column.name, count, scratch);
    values = scratch;
  }
  writer.packedFloat64(column.number, values, sent(values, count));
}

/** Their numbers are higher than those of all other columns. */
function encodeRsts({ rsts }: TeardownColumns): void {
  const { count } = rsts;
  if (count === 0) return;
  RST_COLUMNS.forEach(({ number, wire }, i) => {
    const values = rsts.columns[i];
    if (values instanceof Float64Array) writer.packedFloat64(number, values, sent(values, count));
    else if (wire === "fixed32") writer.packedFixed32(number, values, sent(values, count));
    else writer.packedUint32(number, values, sent(values, count));
  });
}

/** How many values of the column travel: none when all are 0, one when all are the same, else every one. */
function sent(values: Uint32Array | Float64Array, count: number): number {
  if (count === 0) return 0;
  const first = values[0];
  for (let i = 1; i < count; i++) if (values[i] !== first) return count;
  return first === 0 ? 0 : 1;
}
