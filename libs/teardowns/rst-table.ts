import { unZigZag, zigZag } from "./differences.ts";
import { grown, type EvidenceTable, type NameTable } from "./dictionaries.ts";
import { MAX_TIME } from "./layout.ts";
import { RST_COLUMNS, type RstShape, type TeardownRst } from "./rst-columns.ts";

const MAX_INT32 = 0x7fff_ffff;

type Values = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The kept RSTs of a run of rows, one after the other: an array a column, in the order of RST_COLUMNS. */
export class RstTable {
  count = 0;
  readonly columns: Values[] = RST_COLUMNS.map(({ storage }) =>
    storage === "uint32" ? new Uint32Array(16) : new Float64Array(16),
  );

  append(rst: TeardownRst, names: NameTable, sets: EvidenceTable): void {
    this.reserve(this.count + 1);
    const at = this.count++;
    for (let i = 0; i < RST_COLUMNS.length; i++) {
      const { name, shape, limit } = RST_COLUMNS[i];
      const value = rst[name as keyof TeardownRst];
      this.columns[i][at] = stored(value, shape, limit, names, sets);
    }
  }

  row(at: number, names: NameTable, sets: EvidenceTable): TeardownRst {
    const rst: Record<string, unknown> = {};
    RST_COLUMNS.forEach(({ name, shape }, i) => (rst[name] = restored(this.columns[i][at], shape, names, sets)));
    return rst as unknown as TeardownRst;
  }

  /** Makes room for so many, keeping what is there. */
  reserve(count: number): void {
    if (count <= this.columns[0].length) return;
    const length = Math.max(count, this.columns[0].length * 2);
    this.columns.forEach((values, i) => {
      const larger = values instanceof Uint32Array ? grown(values, length) : new Float64Array(length);
      if (larger instanceof Float64Array) larger.set(values);
      this.columns[i] = larger;
    });
  }
}

function stored(
  value: TeardownRst[keyof TeardownRst],
  shape: RstShape,
  limit: number,
  names: NameTable,
  sets: EvidenceTable,
): number {
  switch (shape) {
    case "name":
      return names.intern(value as string);
    case "names":
      return sets.intern(value as readonly string[], names);
    case "bytes":
      return packed(value as readonly number[]);
    case "int":
      return zigZag(within(value as number, MAX_TIME));
    case "optional_int":
      return value === null ? 0 : zigZag(within(value as number, MAX_INT32)) + 1;
    case "optional_uint":
      return value === null ? 0 : bounded((value as number) + 1, limit);
    default:
      return bounded(value as number, limit);
  }
}

function restored(
  value: number,
  shape: RstShape,
  names: NameTable,
  sets: EvidenceTable,
): TeardownRst[keyof TeardownRst] {
  switch (shape) {
    case "name":
      return names.texts[value];
    case "names":
      return sets.namesOf(value, names);
    case "bytes":
      return unpacked(value);
    case "int":
      return unZigZag(value);
    case "optional_int":
      return value === 0 ? null : unZigZag(value - 1);
    case "optional_uint":
      return value === 0 ? null : value - 1;
    default:
      return value;
  }
}

function bounded(value: number, limit: number): number {
  return value > 0 ? Math.min(Math.trunc(value), limit) : 0;
}

function within(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, Math.trunc(value)));
}

export function packed(bytes: readonly number[]): number {
  let value = 0;
  for (let i = Math.min(bytes.length, 4) - 1; i >= 0; i--) value = value * 256 + (bytes[i] & 255);
  return value;
}

export function unpacked(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; rest !== 0; rest >>>= 8) bytes.push(rest & 255);
  return bytes;
}
