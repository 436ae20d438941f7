import * as fc from "fast-check";
import type { Teardown } from "./columns.ts";
import type { TeardownRst } from "./rst-columns.ts";
import { MAX_TIME, MAX_UINT16, MAX_UINT32, MAX_UINT8, MAX_VALUE } from "./layout.ts";

/** Rows for property tests: every value that a column can hold, with its ends, not only what traffic brings. */

const side = fc.constantFrom("" as const, "client" as const, "server" as const);
const name = fc.oneof(
  fc.constantFrom("", "fin", "reset", "app_abort", "ShADadFf"),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const whole = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constantFrom(0, 1, max),
    fc.maxSafeNat().map((n) => n % (max + 1)),
  );
const optional = (max: number): fc.Arbitrary<number | null> => fc.option(whole(max), { nil: null });
const time = fc.oneof(
  whole(MAX_TIME - 1e12),
  fc.integer({ min: 0, max: 1e9 }).map((us) => 1_790_000_000_000_000 + us),
);

const ipv4 = fc
  .uint8Array({ minLength: 4, maxLength: 4 })
  .map((bytes) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes));
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
export const addressArbitrary = fc.oneof(ipv4, ipv6, fc.constant(new Uint8Array(16)));

const distance = fc.option(fc.integer({ min: -0x7fff_ffff, max: 0x7fff_ffff }), { nil: null });
const set = fc.array(fc.string({ minLength: 1, maxLength: 10 }), { maxLength: 3 });

// In the order of RST_COLUMNS: their JSON has it.
const rst: fc.Arbitrary<TeardownRst> = fc.record({
  by: fc.constantFrom("client" as const, "server" as const),
  offset_us: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  seq: whole(MAX_UINT32),
  ack: whole(MAX_UINT32),
  flags: whole(MAX_UINT8),
  form: name,
  validity: name,
  ttl: whole(MAX_UINT8),
  other_ttls: fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 4 }),
  tos: whole(MAX_UINT8),
  ip_id: optional(MAX_UINT16),
  ip_id_step: optional(MAX_UINT16),
  window: whole(MAX_UINT16),
  ip_length: whole(MAX_UINT16),
  payload_length: whole(MAX_UINT16),
  mptcp_reason: optional(MAX_UINT8),
  seq_beyond_sent: distance,
  seq_beyond_acked: distance,
  ack_beyond_sent: distance,
  unacked_of_sender: distance,
  unacked_of_peer: distance,
  ack_beyond_own_fin: distance,
  peer_beyond_own_fin: distance,
  probes: whole(MAX_UINT8),
  syn_acks: whole(MAX_UINT8),
  idle_us: whole(MAX_UINT32),
  since_synack_us: optional(MAX_UINT32 - 1),
  since_data_us: optional(MAX_UINT32 - 1),
  facts: set,
});

const unnumbered = fc.record({
  vantage: name,
  client_ip: addressArbitrary,
  client_port: whole(MAX_UINT16),
  server_ip: addressArbitrary,
  server_port: whole(MAX_UINT16),
  direction_confidence: whole(100),
  start_time: time,
  end_time: time,
  duration_us: fc.nat({ max: 1e12 }),
  kind: name,
  cause: name,
  cause_parent: name,
  confidence: whole(100),
  evidence: fc.array(fc.string({ minLength: 1, maxLength: 10 }), { maxLength: 4 }),
  benign: fc.option(fc.boolean(), { nil: null }),
  stage: name,
  sender: side,
  first_fin_by: side,
  first_rst_by: side,
  rst_form: name,
  rst_count: whole(MAX_UINT32),
  rst_ignored: whole(MAX_UINT32),
  rst_reason: name,
  rst_payload: name,
  midstream: fc.boolean(),
  conn_state: name,
  history: name,
  client_isn: optional(MAX_UINT32),
  server_isn: optional(MAX_UINT32),
  client_packets: whole(MAX_VALUE),
  server_packets: whole(MAX_VALUE),
  client_bytes: optional(MAX_VALUE - 1),
  server_bytes: optional(MAX_VALUE - 1),
  bytes_exact: fc.boolean(),
  retransmits_client: whole(MAX_UINT32),
  retransmits_server: whole(MAX_UINT32),
  rtt_us: optional(MAX_UINT32),
  idle_us: optional(MAX_VALUE - 1),
  ttl_client: optional(MAX_UINT8),
  ttl_server: optional(MAX_UINT8),
  ttl_rst: optional(MAX_UINT8),
  kernel_reason: name,
  capture_mode: name,
  capture_drops: whole(MAX_VALUE),
  late_segments: whole(MAX_UINT32),
  judged_time: time,
  client_workload: name,
  server_workload: name,
  rule_version: whole(MAX_UINT16),
  ended_by: name,
  occasion: name,
  syns: whole(MAX_UINT8),
  syn_acks: whole(MAX_UINT8),
  client_tries: whole(MAX_UINT8),
  server_tries: whole(MAX_UINT8),
  client_probes: whole(MAX_UINT8),
  server_probes: whole(MAX_UINT8),
  icmp_error: whole(MAX_UINT16),
  fin_gap_us: optional(MAX_UINT32),
  facts: set,
  rsts: fc.oneof(fc.constant<TeardownRst[]>([]), fc.array(rst, { maxLength: 4 })),
});

/** One batch's rows: one collector, one run, consecutive seqs; some of them alike in many columns, as real ones are. */
export const rowsArbitrary: fc.Arbitrary<Teardown[]> = fc
  .record({
    collector: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
    epoch: whole(MAX_TIME),
    firstSeq: whole(MAX_TIME),
    kinds: fc.array(unnumbered, { minLength: 1, maxLength: 6 }),
    order: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 40 }),
  })
  .map(({ collector, epoch, firstSeq, kinds, order }) =>
    order.map((kind, i) => ({ collector, epoch, seq: firstSeq + i, ...kinds[kind % kinds.length] })),
  );
