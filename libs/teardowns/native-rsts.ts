import { unZigZag } from "./differences.ts";
import { KeySet, putLowCardinality, putLowCardinalityVersion } from "./low-cardinality.ts";
import type { BlockColumn, BlockTables, Slice } from "./native-columns.ts";
import { setKeys } from "./native-profile-columns.ts";
import type { NativeWriter } from "./native-writer.ts";
import { RST_COLUMNS, type RstColumn } from "./rst-columns.ts";
import { RstTable } from "./rst-table.ts";

type Values = RstTable["columns"][number];

/**
 * Array(Tuple(…)): `the version of each LowCardinality within | where each row's RSTs end (UInt64) | the elements of the tuple, each
 * as a column of all RSTs`.
 */
export function rstsColumn(): BlockColumn {
  const table = new RstTable();
  let ends = new Uint32Array(0);
  return {
    take(slice) {
      // The first rows of a block.
      if (slice.at === 0) table.count = 0;
      takeRsts(table, ends, slice);
    },
    put(writer, count, tables) {
      const total = count === 0 ? 0 : ends[count - 1];
      for (const { sqlType } of RST_COLUMNS) if (sqlType.includes("LowCardinality")) putLowCardinalityVersion(writer);
      const words = new Uint32Array(count * 2);
      for (let i = 0; i < count; i++) words[i * 2] = ends[i];
      writer.array(words, count * 2);
      RST_COLUMNS.forEach((column, i) => put(writer, column, table.columns[i], total, tables));
    },
    reserve(rows, kept) {
      const before = ends;
      ends = new Uint32Array(rows);
      ends.set(before.subarray(0, kept));
    },
  };
}

function takeRsts(
  table: RstTable,
  ends: Uint32Array,
  { batch, from, count, at, names, sets }: Pick<Slice, "batch" | "from" | "count" | "at" | "names" | "sets">,
): void {
  const { rstStarts: starts, rsts } = batch;
  const first = starts[from];
  const last = starts[from + count];
  const before = table.count;
  for (let i = 0; i < count; i++) ends[at + i] = before + starts[from + i + 1] - first;
  table.reserve(before + last - first);
  table.count = before + last - first;
  RST_COLUMNS.forEach(({ shape }, i) => {
    const source = rsts.columns[i];
    const target = table.columns[i];
    const numbers = shape === "name" ? names : shape === "names" ? sets : null;
    for (let k = first; k < last; k++) target[before + k - first] = numbers === null ? source[k] : numbers[source[k]];
  });
}

function put(writer: NativeWriter, column: RstColumn, values: Values, total: number, tables: BlockTables): void {
  switch (column.shape) {
    case "name":
      putNames(writer, values, total, tables);
      return;
    case "names":
      putSets(writer, values, total, tables);
      return;
    case "bytes":
      putBytes(writer, values, total);
      return;
    case "int":
      putInt64s(writer, values, total);
      return;
    default:
      putNumbers(writer, column, values, total);
  }
}

function putNames(writer: NativeWriter, values: Values, total: number, { names }: BlockTables): void {
  const used = new KeySet();
  const keyOf = new Uint32Array(names.texts.length);
  const numbers = Uint32Array.from(values.subarray(0, total));
  for (const number of new Set(numbers)) keyOf[number] = used.add(number, names.texts);
  putLowCardinality(writer, used.keys, keyOf, numbers, total);
}

/** Array(LowCardinality(String)): `where each one's members end | the members of all`. */
function putSets(writer: NativeWriter, values: Values, total: number, { evidence: sets, names }: BlockTables): void {
  const { starts } = sets;
  const ends = new Uint32Array(total * 2);
  let end = 0;
  for (let i = 0; i < total; i++) ends[i * 2] = end += starts[values[i] + 1] - starts[values[i]];
  const members = new Uint32Array(end);
  for (let i = 0, at = 0; i < total; i++)
    for (let k = starts[values[i]]; k < starts[values[i] + 1]; k++) members[at++] = k;
  const used = new KeySet();
  const keyOf = setKeys(used, sets, values.subarray(0, total), names);
  writer.array(ends, total * 2);
  putLowCardinality(writer, used.keys, keyOf, members, end);
}

/** Array(UInt8): `where each one's bytes end | the bytes of all`. */
function putBytes(writer: NativeWriter, values: Values, total: number): void {
  const ends = new Uint32Array(total * 2);
  const bytes = new Uint8Array(total * 4);
  let end = 0;
  for (let i = 0; i < total; i++) {
    for (let rest = values[i]; rest !== 0; rest >>>= 8) bytes[end++] = rest;
    ends[i * 2] = end;
  }
  writer.array(ends, total * 2);
  writer.array(bytes, end);
}

function putInt64s(writer: NativeWriter, values: Values, total: number): void {
  const words = new Uint32Array(total * 2);
  for (let i = 0; i < total; i++) {
    const value = unZigZag(values[i]);
    // Two's complement: the upper word of a negative number is that of the next lower multiple of 2^32.
    words[i * 2] = value >>> 0;
    words[i * 2 + 1] = Math.floor(value / 0x1_0000_0000) >>> 0;
  }
  writer.array(words, total * 2);
}

/** Whole numbers of one, two or four bytes; Nullable: `a byte each, 1 for null | the values, 0 where null`. */
function putNumbers(writer: NativeWriter, { shape, sqlType }: RstColumn, values: Values, total: number): void {
  const nullable = shape === "optional_uint" || shape === "optional_int";
  const out = sqlType.includes("Int8")
    ? new Uint8Array(total)
    : sqlType.includes("Int16")
      ? new Uint16Array(total)
      : new Uint32Array(total);
  const nulls = new Uint8Array(nullable ? total : 0);
  for (let i = 0; i < total; i++) {
    const value = values[i];
    if (!nullable) out[i] = value;
    else if (value === 0) nulls[i] = 1;
    else out[i] = shape === "optional_int" ? unZigZag(value - 1) : value - 1;
  }
  if (nullable) writer.array(nulls, total);
  writer.array(out, total);
}
