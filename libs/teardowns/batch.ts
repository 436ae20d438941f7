import type { Side, Teardown } from "./columns.ts";
import { AddressTable, EvidenceTable, NameTable } from "./dictionaries.ts";
import {
  allocateRows,
  MAX_ROWS,
  MAX_RSTS,
  MAX_TIME,
  MAX_UINT16,
  MAX_UINT32,
  MAX_UINT8,
  MAX_VALUE,
  PROFILE_SIZE,
  PROFILE_SLOT,
  type RowArrays,
} from "./layout.ts";
import { ProfileTable } from "./profiles.ts";
import { RstTable } from "./rst-table.ts";

const CLIENT_ISN_KNOWN = 1;
const SERVER_ISN_KNOWN = 2;

/**
 * A run of teardowns of one collector, column by column: what one Kafka message carries. Made to be reused: `clear` keeps
 * the arrays. Numbers beyond a column's range are held at its end, since one odd row must not cost its batch.
 */
export class TeardownColumns {
  collector = "";
  epoch = 0;
  /** `seq` of row 0; row i is `firstSeq + i`. */
  firstSeq = 0;
  /** Rows. */
  length = 0;
  rows: RowArrays;
  readonly names = new NameTable();
  readonly addresses = new AddressTable();
  readonly evidence = new EvidenceTable();
  readonly profiles = new ProfileTable();
  readonly rsts = new RstTable();
  /** Where the RSTs of each row begin in `rsts`; behind the last row, how many there are. */
  rstStarts = new Uint32Array(1);
  #capacity: number;

  constructor(capacity = 512) {
    this.#capacity = capacity;
    this.rows = allocateRows(capacity);
    this.rstStarts = new Uint32Array(capacity + 1);
  }

  /**
   * Adds a copy of the row. False, and nothing is added, when the row belongs into another batch: the batch is full, or
   * the row is of another collector or run, or does not follow the last one's seq.
   */
  append(row: Teardown): boolean {
    const i = this.length;
    if (i === 0) {
      this.collector = row.collector;
      this.epoch = row.epoch;
      this.firstSeq = row.seq;
    } else if (
      i === MAX_ROWS ||
      row.seq !== this.firstSeq + i ||
      row.epoch !== this.epoch ||
      row.collector !== this.collector
    ) {
      return false;
    }
    this.reserve(i + 1);
    const { rows, names, addresses } = this;
    rows.profile[i] = this.#internProfile(row);
    rows.client_ip[i] = addresses.intern(row.client_ip);
    rows.client_port[i] = bounded(row.client_port, MAX_UINT16);
    rows.server_ip[i] = addresses.intern(row.server_ip);
    rows.server_port[i] = bounded(row.server_port, MAX_UINT16);
    rows.start_time[i] = bounded(row.start_time, MAX_TIME);
    rows.end_time[i] = bounded(row.end_time, MAX_TIME);
    rows.duration_us[i] = duration(row.duration_us, rows.end_time[i] - rows.start_time[i]);
    rows.rst_count[i] = bounded(row.rst_count, MAX_UINT32);
    rows.rst_ignored[i] = bounded(row.rst_ignored, MAX_UINT32);
    rows.history[i] = names.intern(row.history);
    rows.client_isn[i] = bounded(row.client_isn ?? 0, MAX_UINT32);
    rows.server_isn[i] = bounded(row.server_isn ?? 0, MAX_UINT32);
    rows.client_packets[i] = bounded(row.client_packets, MAX_VALUE);
    rows.server_packets[i] = bounded(row.server_packets, MAX_VALUE);
    rows.client_bytes[i] = optional(row.client_bytes, MAX_VALUE - 1);
    rows.server_bytes[i] = optional(row.server_bytes, MAX_VALUE - 1);
    rows.retransmits_client[i] = bounded(row.retransmits_client, MAX_UINT32);
    rows.retransmits_server[i] = bounded(row.retransmits_server, MAX_UINT32);
    rows.rtt_us[i] = optional(row.rtt_us, MAX_UINT32);
    rows.idle_us[i] = optional(row.idle_us, MAX_VALUE - 1);
    rows.ttl_client[i] = optional(row.ttl_client, MAX_UINT8);
    rows.ttl_server[i] = optional(row.ttl_server, MAX_UINT8);
    rows.ttl_rst[i] = optional(row.ttl_rst, MAX_UINT8);
    rows.capture_drops[i] = bounded(row.capture_drops, MAX_VALUE);
    rows.late_segments[i] = bounded(row.late_segments, MAX_UINT32);
    rows.judged_time[i] = bounded(row.judged_time, MAX_TIME);
    rows.client_workload[i] = names.intern(row.client_workload);
    rows.server_workload[i] = names.intern(row.server_workload);
    rows.rst_payload[i] = names.intern(row.rst_payload);
    rows.fin_gap_us[i] = optional(row.fin_gap_us, MAX_UINT32);
    const kept = Math.min(row.rsts.length, MAX_RSTS);
    for (let k = 0; k < kept; k++) this.rsts.append(row.rsts[k], names, this.evidence);
    this.rstStarts[i + 1] = this.rsts.count;
    this.length = i + 1;
    return true;
  }

  #internProfile(row: Teardown): number {
    const { names, profiles } = this;
    const evidence = this.evidence.intern(row.evidence, names);
    const facts = this.evidence.intern(row.facts, names);
    const base = profiles.draft();
    const { values } = profiles;
    values[base + PROFILE_SLOT.vantage] = names.intern(row.vantage);
    values[base + PROFILE_SLOT.direction_confidence] = bounded(row.direction_confidence, 100);
    values[base + PROFILE_SLOT.kind] = names.intern(row.kind);
    values[base + PROFILE_SLOT.cause] = names.intern(row.cause);
    values[base + PROFILE_SLOT.cause_parent] = names.intern(row.cause_parent);
    values[base + PROFILE_SLOT.confidence] = bounded(row.confidence, 100);
    values[base + PROFILE_SLOT.evidence] = evidence;
    values[base + PROFILE_SLOT.benign] = row.benign === null ? 0 : row.benign ? 2 : 1;
    values[base + PROFILE_SLOT.stage] = names.intern(row.stage);
    values[base + PROFILE_SLOT.sender] = names.intern(row.sender);
    values[base + PROFILE_SLOT.first_fin_by] = names.intern(row.first_fin_by);
    values[base + PROFILE_SLOT.first_rst_by] = names.intern(row.first_rst_by);
    values[base + PROFILE_SLOT.rst_form] = names.intern(row.rst_form);
    values[base + PROFILE_SLOT.midstream] = row.midstream ? 1 : 0;
    values[base + PROFILE_SLOT.conn_state] = names.intern(row.conn_state);
    values[base + PROFILE_SLOT.bytes_exact] = row.bytes_exact ? 1 : 0;
    values[base + PROFILE_SLOT.kernel_reason] = names.intern(row.kernel_reason);
    values[base + PROFILE_SLOT.capture_mode] = names.intern(row.capture_mode);
    values[base + PROFILE_SLOT.rule_version] = bounded(row.rule_version, MAX_UINT16);
    values[base + PROFILE_SLOT.known_isns] =
      (row.client_isn === null ? 0 : CLIENT_ISN_KNOWN) | (row.server_isn === null ? 0 : SERVER_ISN_KNOWN);
    values[base + PROFILE_SLOT.rst_reason] = names.intern(row.rst_reason);
    values[base + PROFILE_SLOT.ended_by] = names.intern(row.ended_by);
    values[base + PROFILE_SLOT.occasion] = names.intern(row.occasion);
    values[base + PROFILE_SLOT.syns] = bounded(row.syns, MAX_UINT8);
    values[base + PROFILE_SLOT.syn_acks] = bounded(row.syn_acks, MAX_UINT8);
    values[base + PROFILE_SLOT.client_tries] = bounded(row.client_tries, MAX_UINT8);
    values[base + PROFILE_SLOT.server_tries] = bounded(row.server_tries, MAX_UINT8);
    values[base + PROFILE_SLOT.client_probes] = bounded(row.client_probes, MAX_UINT8);
    values[base + PROFILE_SLOT.server_probes] = bounded(row.server_probes, MAX_UINT8);
    values[base + PROFILE_SLOT.icmp_error] = bounded(row.icmp_error, MAX_UINT16);
    values[base + PROFILE_SLOT.facts] = facts;
    values[base + PROFILE_SLOT.rsts_kept] = Math.min(row.rsts.length, MAX_RSTS);
    return profiles.intern();
  }

  /** A copy of row `i` as an object. For tests, tools and messages: the data path stays with columns. */
  row(i: number): Teardown {
    const { rows, profiles, addresses } = this;
    const text = (number: number): string => this.names.texts[number];
    const base = rows.profile[i] * PROFILE_SIZE;
    const slot = (name: keyof typeof PROFILE_SLOT): number => profiles.values[base + PROFILE_SLOT[name]];
    const knownIsns = slot("known_isns");
    return {
      collector: this.collector,
      epoch: this.epoch,
      seq: this.firstSeq + i,
      vantage: text(slot("vantage")),
      client_ip: addresses.bytesOf(rows.client_ip[i]),
      client_port: rows.client_port[i],
      server_ip: addresses.bytesOf(rows.server_ip[i]),
      server_port: rows.server_port[i],
      direction_confidence: slot("direction_confidence"),
      start_time: rows.start_time[i],
      end_time: rows.end_time[i],
      duration_us: rows.duration_us[i],
      kind: text(slot("kind")),
      cause: text(slot("cause")),
      cause_parent: text(slot("cause_parent")),
      confidence: slot("confidence"),
      evidence: this.evidence.namesOf(slot("evidence"), this.names),
      benign: [null, false, true][slot("benign")],
      stage: text(slot("stage")),
      sender: text(slot("sender")) as Side | "",
      first_fin_by: text(slot("first_fin_by")) as Side | "",
      first_rst_by: text(slot("first_rst_by")) as Side | "",
      rst_form: text(slot("rst_form")),
      rst_count: rows.rst_count[i],
      rst_ignored: rows.rst_ignored[i],
      rst_reason: text(slot("rst_reason")),
      rst_payload: text(rows.rst_payload[i]),
      midstream: slot("midstream") === 1,
      conn_state: text(slot("conn_state")),
      history: text(rows.history[i]),
      client_isn: knownIsns & CLIENT_ISN_KNOWN ? rows.client_isn[i] : null,
      server_isn: knownIsns & SERVER_ISN_KNOWN ? rows.server_isn[i] : null,
      client_packets: rows.client_packets[i],
      server_packets: rows.server_packets[i],
      client_bytes: orNull(rows.client_bytes[i]),
      server_bytes: orNull(rows.server_bytes[i]),
      bytes_exact: slot("bytes_exact") === 1,
      retransmits_client: rows.retransmits_client[i],
      retransmits_server: rows.retransmits_server[i],
      rtt_us: orNull(rows.rtt_us[i]),
      idle_us: orNull(rows.idle_us[i]),
      ttl_client: orNull(rows.ttl_client[i]),
      ttl_server: orNull(rows.ttl_server[i]),
      ttl_rst: orNull(rows.ttl_rst[i]),
      kernel_reason: text(slot("kernel_reason")),
      capture_mode: text(slot("capture_mode")),
      capture_drops: rows.capture_drops[i],
      late_segments: rows.late_segments[i],
      judged_time: rows.judged_time[i],
      client_workload: text(rows.client_workload[i]),
      server_workload: text(rows.server_workload[i]),
      rule_version: slot("rule_version"),
      ended_by: text(slot("ended_by")),
      occasion: text(slot("occasion")),
      syns: slot("syns"),
      syn_acks: slot("syn_acks"),
      client_tries: slot("client_tries"),
      server_tries: slot("server_tries"),
      client_probes: slot("client_probes"),
      server_probes: slot("server_probes"),
      icmp_error: slot("icmp_error"),
      fin_gap_us: orNull(rows.fin_gap_us[i]),
      facts: this.evidence.namesOf(slot("facts"), this.names),
      rsts: Array.from({ length: this.rstStarts[i + 1] - this.rstStarts[i] }, (_, k) =>
        this.rsts.row(this.rstStarts[i] + k, this.names, this.evidence),
      ),
    };
  }

  /** Makes room for `rows` rows. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = Math.min(MAX_ROWS, Math.max(rows, this.#capacity * 2));
    this.rows = allocateRows(this.#capacity, this.rows, this.length);
    const starts = new Uint32Array(this.#capacity + 1);
    starts.set(this.rstStarts.subarray(0, this.length + 1));
    this.rstStarts = starts;
  }

  clear(): void {
    this.length = 0;
    this.rsts.count = 0;
    this.collector = "";
    this.names.clear();
    this.addresses.clear();
    this.evidence.clear();
    this.profiles.clear();
  }
}

/** A whole number from 0 to `limit`; what is not a number is 0. */
function bounded(value: number, limit: number): number {
  return value > 0 ? Math.min(Math.trunc(value), limit) : 0;
}

/** A duration whose difference from `span` (end - start) can travel: any that is not absurd. */
function duration(value: number, span: number): number {
  const whole = bounded(value, MAX_TIME);
  return Math.abs(whole - span) <= MAX_TIME ? whole : 0;
}

/** value + 1, 0 for null. */
function optional(value: number | null, limit: number): number {
  return value === null ? 0 : bounded(value, limit) + 1;
}

function orNull(stored: number): number | null {
  return stored === 0 ? null : stored - 1;
}
