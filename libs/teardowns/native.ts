import type { TeardownColumns } from "./batch.ts";
import { COLUMNS, STORAGE_COLUMNS } from "./columns.ts";
import { EvidenceTable, NameTable } from "./dictionaries.ts";
import { PROFILE_COLUMNS, PROFILE_SIZE } from "./layout.ts";
import { ROW_BLOCK_COLUMNS, type BlockColumn, type BlockTables, type Slice } from "./native-columns.ts";
import { PROFILE_BLOCK_COLUMNS } from "./native-profile-columns.ts";
import { rstsColumn } from "./native-rsts.ts";
import { NativeWriter } from "./native-writer.ts";
import { ProfileTable } from "./profiles.ts";

const STORED = [...COLUMNS, ...STORAGE_COLUMNS].filter(({ shape }) => shape !== "alias");

/** By column name. */
const MAKERS: Readonly<Record<string, () => BlockColumn>> = {
  ...ROW_BLOCK_COLUMNS,
  ...PROFILE_BLOCK_COLUMNS,
  rsts: rstsColumn,
};

/** What a row takes in a block, roughly: the first guess of the buffer's size. */
const BYTES_PER_ROW = 320;

/** Slots of a profile that hold numbers of names, and of sets. */
const NAME_SLOTS = PROFILE_COLUMNS.flatMap(({ meaning }, slot) => (meaning === "name" ? [slot] : []));
const SET_SLOTS = PROFILE_COLUMNS.flatMap(({ meaning }, slot) => (meaning === "evidence_set" ? [slot] : []));

/**
 * One block of ClickHouse's Native format, formed of the rows of one or more batches and ready for
 * `INSERT INTO teardowns (columnNames) FORMAT Native`. Rows are laid out as they are appended; `toBuffer` only joins.
 */
export class NativeBlock implements BlockTables {
  /** Columns of the block, in its order. */
  static readonly columnNames: readonly string[] = STORED.map(({ name }) => name);

  /** Rows. */
  length = 0;
  readonly names = new NameTable();
  readonly evidence = new EvidenceTable();
  readonly profiles = new ProfileTable();
  rowProfiles = new Uint32Array(0);
  readonly #columns: readonly BlockColumn[];
  #capacity = 0;

  constructor(capacity = 4_096) {
    this.#columns = STORED.map(({ name }) => MAKERS[name]());
    this.#reserve(capacity);
  }

  /** Copies rows `from` to `to` of the batch, which came with this offset of this partition. */
  append(batch: TeardownColumns, partition: number, offset: number, from = 0, to = batch.length): void {
    const count = to - from;
    if (count <= 0) return;
    this.#reserve(this.length + count);
    const names = Uint32Array.from(batch.names.texts, (text) => this.names.intern(text));
    const sets = Uint32Array.from({ length: batch.evidence.count }, (_, set) =>
      this.evidence.intern(batch.evidence.namesOf(set, batch.names), this.names),
    );
    const profiles = this.#internProfiles(batch, names, sets);
    const slice: Slice = {
      batch,
      from,
      count,
      at: this.length,
      partition,
      offset,
      names,
      profiles,
      sets,
      collector: this.names.intern(batch.collector),
    };
    const { profile } = batch.rows;
    for (let i = 0; i < count; i++) this.rowProfiles[this.length + i] = profiles[profile[from + i]];
    for (const column of this.#columns) column.take(slice);
    this.length += count;
  }

  /** Numbers of the batch's profiles within this block. */
  #internProfiles(batch: TeardownColumns, names: Uint32Array, sets: Uint32Array): Uint32Array {
    const { profiles } = this;
    return Uint32Array.from({ length: batch.profiles.count }, (_, profile) => {
      const base = profiles.draft();
      const { values } = profiles;
      const source = profile * PROFILE_SIZE;
      for (let slot = 0; slot < PROFILE_SIZE; slot++) values[base + slot] = batch.profiles.values[source + slot];
      for (const slot of NAME_SLOTS) values[base + slot] = names[values[base + slot]];
      for (const slot of SET_SLOTS) values[base + slot] = sets[values[base + slot]];
      return profiles.intern();
    });
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = Math.max(rows, this.#capacity * 2);
    const before = this.rowProfiles;
    this.rowProfiles = new Uint32Array(this.#capacity);
    this.rowProfiles.set(before);
    for (const column of this.#columns) column.reserve(this.#capacity, this.length);
  }

  /**
   * The block as bytes, in memory of their own, so that the block can be cleared and filled while they are sent. Given
   * `reuse`, bytes of an earlier block that nobody reads any more, they lie in its memory: a block takes tens of
   * megabytes, and to have them fresh each time costs more than to write them.
   */
  toBuffer(reuse?: Buffer): Buffer {
    const memory = reuse === undefined ? undefined : Buffer.from(reuse.buffer);
    const writer = new NativeWriter(this.length * BYTES_PER_ROW + 8_192, memory);
    writer.varuint(STORED.length);
    writer.varuint(this.length);
    STORED.forEach(({ name, sqlType }, i) => {
      writer.text(name);
      writer.text(sqlType);
      this.#columns[i].put(writer, this.length, this);
    });
    return writer.finish();
  }

  clear(): void {
    this.length = 0;
    this.names.clear();
    this.evidence.clear();
    this.profiles.clear();
  }
}
