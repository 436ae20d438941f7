import type { NativeWriter } from "./native-writer.ts";

/**
 * LowCardinality(String) in Native: `version 1 (UInt64)` once before the column's data, then
 * `kind of index | flags (UInt64) | keys (UInt64) | the keys as texts | rows (UInt64) | an index a row`.
 * Flags: 0x200 the keys stand here, 0x400 they replace those of a block before. Without rows, nothing after the version.
 */
const SHARED_DICTIONARIES = 1;
const HAS_KEYS = 0x200;
const REPLACES_KEYS = 0x400;

/** The version that stands before the data of a LowCardinality column, and before the offsets of an array of them. */
export function putLowCardinalityVersion(writer: NativeWriter): void {
  writer.uint64(SHARED_DICTIONARIES);
}

/** A column's own dictionary: of all texts of a block only those that the column uses. */
export class KeySet {
  readonly keys: string[] = [];
  readonly #known = new Map<number, number>();

  /** The key's index, of the text with this number in `texts`. */
  add(number: number, texts: readonly string[]): number {
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    this.#known.set(number, this.keys.length);
    return this.keys.push(texts[number]) - 1;
  }
}

/** Row i has the key `keyOf[entries[i]]`. */
export function putLowCardinality(
  writer: NativeWriter,
  keys: readonly string[],
  keyOf: Uint32Array,
  entries: Uint32Array,
  count: number,
): void {
  if (count === 0) return;
  const kind = keys.length <= 0x100 ? 0 : keys.length <= 0x1_0000 ? 1 : 2;
  const indexes = kind === 0 ? new Uint8Array(count) : kind === 1 ? new Uint16Array(count) : new Uint32Array(count);
  for (let i = 0; i < count; i++) indexes[i] = keyOf[entries[i]];
  writer.uint64(kind + HAS_KEYS + REPLACES_KEYS);
  writer.uint64(keys.length);
  for (const key of keys) writer.text(key);
  writer.uint64(count);
  writer.array(indexes, count);
}
