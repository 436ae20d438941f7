import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { parse } from "protobufjs";
import type { Teardown } from "./columns.ts";

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
  };
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list[i]])),
  ) as unknown as Teardown[];
}

function number(value: unknown): number {
  return (value as number | undefined) ?? 0;
}

function running(differences: number[], from: number): number[] {
  let sum = from;
  return differences.map((difference) => (sum += difference));
}
