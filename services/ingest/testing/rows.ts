import type { IncomingMessage } from "@hangup/kafka";
import { encodeBatch, parseAddress, TeardownColumns, type Teardown, type TeardownRst } from "@hangup/teardowns";

/** The moment of the tests: 2026-09-21T14:13:20Z. */
export const NOW_MS = 1_790_000_000_000;

function address(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (bytes === null) throw new Error(`no address: ${text}`);
  return bytes;
}

/** RST `k` of row `seq`, with both ends of what its columns can hold. */
function knownRst(seq: number, k: number): TeardownRst {
  const none = (seq + k) % 2 === 0;
  return {
    by: none ? "client" : "server",
    offset_us: k * 1_000 - 2 ** 34,
    seq: 4_294_967_295 - seq,
    ack: seq * k,
    flags: none ? 4 : 255,
    form: none ? "no_connection" : "abort",
    validity: ["ends", "ignored", "trailing", "late"][k],
    ttl: 255 - k,
    other_ttls: [64, 1, 255, 57].slice(0, (seq + k) % 5),
    tos: none ? 0 : 255,
    ip_id: none ? null : 65_535,
    ip_id_step: none ? 0 : null,
    window: none ? 0 : 65_535,
    ip_length: 40 + k,
    payload_length: none ? 0 : 65_535,
    mptcp_reason: none ? null : 255,
    seq_beyond_sent: none ? null : -2_147_483_647,
    seq_beyond_acked: none ? 2_147_483_647 : null,
    ack_beyond_sent: -1,
    unacked_of_sender: 0,
    unacked_of_peer: 1460 * k,
    ack_beyond_own_fin: null,
    peer_beyond_own_fin: none ? null : 31,
    probes: k,
    syn_acks: none ? 0 : 255,
    idle_us: 4_294_967_295,
    since_synack_us: none ? null : 4_294_967_294,
    since_data_us: none ? 0 : null,
    facts: none ? [] : ["options", `fact_${k}`],
  };
}

/** A row whose every column holds something, ended a minute before `nowMs`; rows of different seq differ in most columns. */
export function knownRow(seq: number, overrides: Partial<Teardown> = {}, nowMs = NOW_MS): Teardown {
  const odd = seq % 2 === 1;
  const endUs = nowMs * 1_000 - 60e6 + seq;
  return {
    collector: "edge-01",
    epoch: nowMs - 3_600_000,
    seq,
    vantage: odd ? "client" : "middle",
    client_ip: address(odd ? `2001:db8::${(seq % 65_536).toString(16)}` : `192.0.2.${seq % 256}`),
    client_port: 32_768 + (seq % 28_000),
    server_ip: address("198.51.100.7"),
    server_port: odd ? 443 : 5432,
    direction_confidence: odd ? 100 : 80,
    start_time: endUs - 1_500_000 - seq,
    end_time: endUs,
    duration_us: 1_500_000 + seq,
    kind: odd ? "reset" : "fin",
    cause: odd ? "rst_instead_of_fin" : "fin_client_first",
    cause_parent: odd ? "app_abort" : "",
    confidence: odd ? 60 : 95,
    evidence: odd ? ["nothing_missing", "form_abort"] : [],
    benign: [null, true, false][seq % 3],
    stage: "data",
    sender: odd ? "server" : "client",
    first_fin_by: odd ? "" : "client",
    first_rst_by: odd ? "server" : "",
    rst_form: odd ? "abort" : "",
    rst_count: odd ? 2 : 0,
    rst_ignored: seq % 5,
    rst_reason: odd ? "diagnostic 4: abort" : "",
    rst_payload: seq % 3 === 0 ? "closed by policy\\\\x0a" : "",
    midstream: seq % 7 === 0,
    conn_state: odd ? "RSTR" : "SF",
    history: odd ? "ShADadR" : `ShADadFf${"d".repeat(seq % 4)}`,
    client_isn: seq % 4 === 0 ? null : (seq * 2_654_435_761) % 2 ** 32,
    server_isn: seq % 5 === 0 ? null : 2 ** 32 - 1 - seq,
    client_packets: 5 + seq,
    server_packets: 2 ** 40 + seq,
    client_bytes: seq % 6 === 0 ? null : 512 + seq,
    server_bytes: 2 ** 53 - 2 - seq,
    bytes_exact: odd,
    retransmits_client: seq % 3,
    retransmits_server: 4_294_967_295 - seq,
    rtt_us: seq % 8 === 0 ? null : 250 + seq,
    idle_us: seq % 9 === 0 ? null : 10 * seq,
    ttl_client: odd ? null : 57,
    ttl_server: 255,
    ttl_rst: odd ? 0 : null,
    kernel_reason: odd ? "TCP_ABORT_ON_DATA" : "",
    capture_mode: odd ? "all" : "flags",
    capture_drops: seq,
    late_segments: seq % 2,
    judged_time: endUs + 1_000_000,
    client_workload: odd ? "shop/cart-é" : "",
    server_workload: odd ? "" : "shop/db",
    rule_version: 1 + (seq % 3),
    ended_by: odd ? "rst" : "fin",
    occasion: odd ? "settled" : "capture_end",
    syns: 1 + (seq % 3),
    syn_acks: seq % 4,
    client_tries: 255,
    server_tries: seq % 6,
    client_probes: seq % 2,
    server_probes: seq % 5,
    icmp_error: seq % 10 === 0 ? 0x0303 : 0,
    fin_gap_us: seq % 4 === 0 ? 4_294_967_295 - seq : null,
    facts: odd ? ["client_spoke", "handshake"] : ["server_fin"],
    rsts: Array.from({ length: seq % 5 }, (_, k) => knownRst(seq, k)),
    ...overrides,
  };
}

/** One batch message of these rows. */
export function encoded(rows: readonly Teardown[]): Buffer {
  const columns = new TeardownColumns();
  for (const row of rows) if (!columns.append(row)) throw new Error(`row ${row.seq} does not follow`);
  return encodeBatch(columns);
}

/** Rows `first` … `first + count`, as one message's value. */
export function batchOf(first: number, count: number): Buffer {
  return encoded(Array.from({ length: count }, (_, i) => knownRow(first + i)));
}

export function message(offset: number, value: Buffer | null): IncomingMessage {
  return { offset: BigInt(offset), timestampMs: NOW_MS - 100, key: Buffer.from("edge-01"), value, headers: {} };
}
