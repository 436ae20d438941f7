import type { EvidenceTable, NameTable } from "./dictionaries.ts";
import { PROFILE_SIZE, PROFILE_SLOT, type ProfileColumnName } from "./layout.ts";
import { KeySet, putLowCardinality, putLowCardinalityVersion } from "./low-cardinality.ts";
import type { BlockColumn, BlockTables } from "./native-columns.ts";
import type { NativeWriter } from "./native-writer.ts";

type Put = (writer: NativeWriter, count: number, tables: BlockTables) => void;

/** A column that rows have through their profile: nothing of it is kept a row. */
function column(put: Put): () => BlockColumn {
  return () => ({ take: () => undefined, reserve: () => undefined, put });
}

function valueOf({ profiles }: BlockTables, profile: number, slot: number): number {
  return profiles.values[profile * PROFILE_SIZE + slot];
}

function name(of: ProfileColumnName): () => BlockColumn {
  const slot = PROFILE_SLOT[of];
  return column((writer, count, tables) => {
    const used = new KeySet();
    const keyOf = Uint32Array.from({ length: tables.profiles.count }, (_, profile) =>
      used.add(valueOf(tables, profile, slot), tables.names.texts),
    );
    putLowCardinalityVersion(writer);
    putLowCardinality(writer, used.keys, keyOf, tables.rowProfiles, count);
  });
}

/** UInt8, UInt16 and Bool. */
function value(of: ProfileColumnName, bytes: 1 | 2 = 1): () => BlockColumn {
  const slot = PROFILE_SLOT[of];
  return column((writer, count, tables) => {
    const { rowProfiles } = tables;
    const values = Uint16Array.from({ length: tables.profiles.count }, (_, profile) => valueOf(tables, profile, slot));
    const out = bytes === 1 ? new Uint8Array(count) : new Uint16Array(count);
    for (let i = 0; i < count; i++) out[i] = values[rowProfiles[i]];
    writer.array(out, count);
  });
}

/** Nullable(Bool), of 0 null, 1 false, 2 true. */
const benign = column((writer, count, tables) => {
  const { rowProfiles } = tables;
  const values = Uint8Array.from({ length: tables.profiles.count }, (_, profile) =>
    valueOf(tables, profile, PROFILE_SLOT.benign),
  );
  const nulls = new Uint8Array(count);
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const stored = values[rowProfiles[i]];
    nulls[i] = stored === 0 ? 1 : 0;
    out[i] = stored === 2 ? 1 : 0;
  }
  writer.array(nulls, count);
  writer.array(out, count);
});

/**
 * Array(LowCardinality(String)): `version | where each row's members end (UInt64) | the members of all rows, one
 * LowCardinality column without its version`.
 */
function names(of: "evidence" | "facts"): () => BlockColumn {
  return column((writer, count, tables) => putSets(writer, count, tables, PROFILE_SLOT[of]));
}

function putSets(writer: NativeWriter, count: number, tables: BlockTables, slot: number): void {
  const { rowProfiles, evidence: sets, names: texts } = tables;
  const setOf = Uint32Array.from({ length: tables.profiles.count }, (_, profile) => valueOf(tables, profile, slot));
  const ends = new Uint32Array(count * 2);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const set = setOf[rowProfiles[i]];
    total += sets.starts[set + 1] - sets.starts[set];
    ends[i * 2] = total;
  }
  const members = new Uint32Array(total);
  for (let i = 0, at = 0; i < count; i++) {
    const set = setOf[rowProfiles[i]];
    for (let k = sets.starts[set]; k < sets.starts[set + 1]; k++) members[at++] = k;
  }
  const used = new KeySet();
  const keyOf = setKeys(used, sets, setOf, texts);
  putLowCardinalityVersion(writer);
  writer.array(ends, count * 2);
  putLowCardinality(writer, used.keys, keyOf, members, total);
}

/** The key of each member of the sets that are used. */
export function setKeys(used: KeySet, sets: EvidenceTable, which: Iterable<number>, texts: NameTable): Uint32Array {
  const keyOf = new Uint32Array(sets.memberCount);
  for (const set of new Set(which))
    for (let k = sets.starts[set]; k < sets.starts[set + 1]; k++) keyOf[k] = used.add(sets.members[k], texts.texts);
  return keyOf;
}

export const PROFILE_BLOCK_COLUMNS = {
  vantage: name("vantage"),
  direction_confidence: value("direction_confidence"),
  kind: name("kind"),
  cause: name("cause"),
  cause_parent: name("cause_parent"),
  confidence: value("confidence"),
  evidence: names("evidence"),
  benign,
  stage: name("stage"),
  sender: name("sender"),
  first_fin_by: name("first_fin_by"),
  first_rst_by: name("first_rst_by"),
  rst_form: name("rst_form"),
  midstream: value("midstream"),
  conn_state: name("conn_state"),
  bytes_exact: value("bytes_exact"),
  kernel_reason: name("kernel_reason"),
  capture_mode: name("capture_mode"),
  rule_version: value("rule_version", 2),
  rst_reason: name("rst_reason"),
  ended_by: name("ended_by"),
  occasion: name("occasion"),
  syns: value("syns"),
  syn_acks: value("syn_acks"),
  client_tries: value("client_tries"),
  server_tries: value("server_tries"),
  client_probes: value("client_probes"),
  server_probes: value("server_probes"),
  icmp_error: value("icmp_error", 2),
  facts: names("facts"),
} as const satisfies Record<string, () => BlockColumn>;
