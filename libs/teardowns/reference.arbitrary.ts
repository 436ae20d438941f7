import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { parse } from "protobufjs";
import type { Teardown } from "./columns.ts";
import type { TeardownRst } from "./rst-columns.ts";

/**
 * The batch by an independent protobuf implementation and by a plain reading of the grammar in teardown.proto, slow and
 * with no code of ours: what the hand-written codec is held against.
 */
const protoFile = new URL("../../proto/hangup/v1/teardown.proto", import.meta.url);
export const TeardownBatch = parse(readFileSync(protoFile, "utf8"), { keepCase: true })
  // Without it, proto3's lists are written unpacked.
  .root.resolveAll()
  .lookupType("hangup.v1.TeardownBatch");

export type Fields = Record<string, unknown>;

/** The bytes of `fields` with a valid seal. */
export function sealed(body: Uint8Array): Buffer {
  const seal = Buffer.from([0xc5, 0x3e, 0, 0, 0, 0]);
  seal.writeUInt32LE(crc32(body), 2);
  return Buffer.concat([body, seal]);
}

export function referenceEncode(fields: Fields): Buffer {
  return sealed(TeardownBatch.encode(TeardownBatch.fromObject(without(fields, "crc32"))).finish());
}

/** Numbers as numbers, addresses as bytes; only what the message holds. */
export function referenceDecode(message: Uint8Array): Fields {
  return TeardownBatch.toObject(TeardownBatch.decode(message), { longs: Number, bytes: Buffer });
}

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

/** The rows of a batch, by the words of the grammar. */
export function referenceRows(fields: Fields): Teardown[] {
  const count = number(fields["count"]);
  const profileCount = number(fields["profile_count"]);
  const names = ["", ...((fields["names"] as string[] | undefined) ?? [])];
  const column = (name: string, length = count): number[] => {
    const values = (fields[name] as number[] | undefined) ?? [];
    return values.length === length ? values : Array.from({ length }, () => values[0] ?? 0);
  };
  const profiled = (name: string): number[] => {
    const values = column(name, profileCount);
    return column("profile").map((profile) => values[profile]);
  };
  const named = (values: number[]): string[] => values.map((value) => names[value]);
  const optional = (name: string): (number | null)[] => column(name).map((value) => (value === 0 ? null : value - 1));
  const address = (value: number): Uint8Array => {
    const entry = Math.floor(value / 2);
    if (value % 2 === 1)
      return Uint8Array.from((fields["ipv6_addresses"] as Buffer).subarray(entry * 16, entry * 16 + 16));
    const bytes = (fields["ipv4_addresses"] as Buffer).subarray(entry * 4, entry * 4 + 4);
    return Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes]);
  };
  const members = [...((fields["evidence_set_names"] as number[] | undefined) ?? [])];
  const sets = ((fields["evidence_set_sizes"] as number[] | undefined) ?? []).map((size) =>
    named(members.splice(0, size)),
  );
  const kept = profiled("rsts_kept");
  const rsts = referenceRsts(
    fields,
    kept.reduce((sum, one) => sum + one, 0),
    names,
    sets,
  );
  const knownIsns = profiled("known_isns");
  const isn = (name: string, bit: number): (number | null)[] =>
    column(name).map((value, i) => (knownIsns[i] & bit ? value : null));

  const ends = running(column("end_time"), 0);
  const starts = column("start_time").map((difference, i) => ends[i] - difference);
  const values: { [K in keyof Teardown]: readonly unknown[] } = {
    collector: column("").map(() => fields["collector"]),
    epoch: column("").map(() => number(fields["epoch"])),
    seq: column("").map((_, i) => number(fields["first_seq"]) + i),
    vantage: named(profiled("vantage")),
    client_ip: column("client_ip").map(address),
    client_port: column("client_port"),
    server_ip: column("server_ip").map(address),
    server_port: column("server_port"),
    direction_confidence: profiled("direction_confidence"),
    start_time: starts,
    end_time: ends,
    duration_us: column("duration_us").map((difference, i) => ends[i] - starts[i] + difference),
    kind: named(profiled("kind")),
    cause: named(profiled("cause")),
    cause_parent: named(profiled("cause_parent")),
    confidence: profiled("confidence"),
    evidence: profiled("evidence").map((set) => sets[set]),
    benign: profiled("benign").map((value) => [null, false, true][value]),
    stage: named(profiled("stage")),
    sender: named(profiled("sender")),
    first_fin_by: named(profiled("first_fin_by")),
    first_rst_by: named(profiled("first_rst_by")),
    rst_form: named(profiled("rst_form")),
    rst_count: column("rst_count"),
    rst_ignored: column("rst_ignored"),
    rst_reason: named(profiled("rst_reason")),
    rst_payload: named(column("rst_payload")),
    midstream: profiled("midstream").map((value) => value === 1),
    conn_state: named(profiled("conn_state")),
    history: named(column("history")),
    client_isn: isn("client_isn", 1),
    server_isn: isn("server_isn", 2),
    client_packets: column("client_packets"),
    server_packets: column("server_packets"),
    client_bytes: optional("client_bytes"),
    server_bytes: optional("server_bytes"),
    bytes_exact: profiled("bytes_exact").map((value) => value === 1),
    retransmits_client: column("retransmits_client"),
    retransmits_server: column("retransmits_server"),
    rtt_us: optional("rtt_us"),
    idle_us: optional("idle_us"),
    ttl_client: optional("ttl_client"),
    ttl_server: optional("ttl_server"),
    ttl_rst: optional("ttl_rst"),
    kernel_reason: named(profiled("kernel_reason")),
    capture_mode: named(profiled("capture_mode")),
    capture_drops: column("capture_drops"),
    late_segments: column("late_segments"),
    judged_time: running(column("judged_time"), ends[0]),
    client_workload: named(column("client_workload")),
    server_workload: named(column("server_workload")),
    rule_version: profiled("rule_version"),
    ended_by: named(profiled("ended_by")),
    occasion: named(profiled("occasion")),
    syns: profiled("syns"),
    syn_acks: profiled("syn_acks"),
    client_tries: profiled("client_tries"),
    server_tries: profiled("server_tries"),
    client_probes: profiled("client_probes"),
    server_probes: profiled("server_probes"),
    icmp_error: profiled("icmp_error"),
    fin_gap_us: optional("fin_gap_us"),
    facts: profiled("facts").map((set) => sets[set]),
    rsts: kept.map((own) => rsts.splice(0, own)),
  };
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list[i]])),
  ) as unknown as Teardown[];
}

/** All kept RSTs of the batch, by the words of the grammar. */
function referenceRsts(fields: Fields, count: number, names: string[], sets: string[][]): TeardownRst[] {
  const column = (name: string): number[] => {
    const values = (fields[`rsts_${name}`] as number[] | undefined) ?? [];
    return Array.from({ length: count }, (_, i) => (values.length === count ? values[i] : (values[0] ?? 0)));
  };
  const named = (name: string): string[] => column(name).map((value) => names[value]);
  const optional = (name: string): (number | null)[] => column(name).map((value) => (value === 0 ? null : value - 1));
  const signed = (name: string): (number | null)[] =>
    optional(name).map((value) => (value === null ? null : value % 2 === 0 ? value / 2 : -(value + 1) / 2));
  const values: { [K in keyof TeardownRst]: readonly unknown[] } = {
    by: named("by"),
    offset_us: column("offset_us"),
    seq: column("seq"),
    ack: column("ack"),
    flags: column("flags"),
    form: named("form"),
    validity: named("validity"),
    ttl: column("ttl"),
    other_ttls: column("other_ttls").map((word) =>
      [word, word >>> 8, word >>> 16, word >>> 24].map((shifted) => shifted & 255).filter((ttl) => ttl !== 0),
    ),
    tos: column("tos"),
    ip_id: optional("ip_id"),
    ip_id_step: optional("ip_id_step"),
    window: column("window"),
    ip_length: column("ip_length"),
    payload_length: column("payload_length"),
    mptcp_reason: optional("mptcp_reason"),
    seq_beyond_sent: signed("seq_beyond_sent"),
    seq_beyond_acked: signed("seq_beyond_acked"),
    ack_beyond_sent: signed("ack_beyond_sent"),
    unacked_of_sender: signed("unacked_of_sender"),
    unacked_of_peer: signed("unacked_of_peer"),
    ack_beyond_own_fin: signed("ack_beyond_own_fin"),
    peer_beyond_own_fin: signed("peer_beyond_own_fin"),
    probes: column("probes"),
    syn_acks: column("syn_acks"),
    idle_us: column("idle_us"),
    since_synack_us: optional("since_synack_us"),
    since_data_us: optional("since_data_us"),
    facts: column("facts").map((set) => sets[set]),
  };
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list[i]])),
  ) as unknown as TeardownRst[];
}

function number(value: unknown): number {
  return (value as number | undefined) ?? 0;
}

function running(differences: number[], from: number): number[] {
  let sum = from;
  return differences.map((difference) => (sum += difference));
}
