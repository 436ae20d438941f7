import { parseAddress, type Teardown, type TeardownRst } from "@hangup/teardowns";
import { seededRandom } from "./random.ts";

/** What ends connections in a usual mix, most frequent first. */
const ENDS = [
  {
    weight: 55,
    kind: "fin",
    cause: "fin_client_first",
    parent: "",
    evidence: ["fin_order"],
    state: "SF",
    benign: false,
    rst: 0,
  },
  {
    weight: 20,
    kind: "fin",
    cause: "fin_server_first",
    parent: "",
    evidence: ["fin_order"],
    state: "SF",
    benign: false,
    rst: 0,
  },
  {
    weight: 8,
    kind: "reset",
    cause: "app_abort",
    parent: "",
    evidence: ["form_abort"],
    state: "RSTR",
    benign: false,
    rst: 1,
  },
  {
    weight: 6,
    kind: "reset",
    cause: "rst_instead_of_fin",
    parent: "app_abort",
    evidence: ["form_abort", "nothing_missing"],
    state: "RSTO",
    benign: true,
    rst: 1,
  },
  {
    weight: 5,
    kind: "refused",
    cause: "port_closed",
    parent: "",
    evidence: ["ttl_match"],
    state: "REJ",
    benign: false,
    rst: 1,
  },
  {
    weight: 3,
    kind: "reset",
    cause: "data_after_close",
    parent: "",
    evidence: ["late_close_notify", "own_fin"],
    state: "RSTO",
    benign: true,
    rst: 2,
  },
  {
    weight: 2,
    kind: "timeout",
    cause: "syn_unanswered",
    parent: "",
    evidence: ["syn_repeated"],
    state: "S0",
    benign: false,
    rst: 0,
  },
  {
    weight: 1,
    kind: "reset",
    cause: "no_connection",
    parent: "",
    evidence: ["orphan_trigger"],
    state: "RSTR",
    benign: false,
    rst: 1,
  },
] as const;

const HISTORIES = [
  "ShADadFf",
  "ShADadfF",
  "ShADaFf",
  "ShADadR",
  "ShADadFfR",
  "Sr",
  "S",
  "ShADadtFf",
  "ShADadTfF",
  "ShR",
];
const PORTS = [443, 443, 443, 443, 80, 8080, 5432, 6379, 9092, 8443];

const HALF_OPEN_FACTS = ["client_sent_syn"];
const RESET_FACTS = ["client_sent_syn", "client_spoke", "client_sent_payload", "client_timestamps"].concat([
  "server_sent_syn_ack",
  "server_spoke",
  "server_sent_payload",
  "server_timestamps",
  "handshake",
]);
const FIN_FACTS = [
  "client_sent_syn",
  "client_spoke",
  "client_sent_payload",
  "client_fin",
  "client_fin_acks_other",
].concat([
  "server_sent_syn_ack",
  "server_spoke",
  "server_sent_payload",
  "server_fin",
  "server_timestamps",
  "handshake",
]);

/** The `before`-th RST before the last. */
function syntheticRst(before: number, whole: (limit: number) => number): TeardownRst {
  return {
    by: "server",
    offset_us: -40 * before,
    seq: whole(2 ** 32),
    ack: whole(2 ** 32),
    flags: 20,
    form: "abort",
    validity: before === 0 ? "ends" : "ignored",
    ttl: 64,
    other_ttls: [64],
    tos: 0,
    ip_id: whole(65_536),
    ip_id_step: null,
    window: 501,
    ip_length: 52,
    payload_length: 0,
    mptcp_reason: null,
    seq_beyond_sent: 0,
    seq_beyond_acked: 0,
    ack_beyond_sent: 0,
    unacked_of_sender: 0,
    unacked_of_peer: 0,
    ack_beyond_own_fin: null,
    peer_beyond_own_fin: null,
    probes: 0,
    syn_acks: 1,
    idle_us: whole(1_000_000),
    since_synack_us: whole(10_000_000),
    since_data_us: whole(10_000_000),
    facts: RST_FACTS,
  };
}

const RST_FACTS = ["options", "timestamp", "sender_spoke", "peer_spoke", "handshake", "sender_timestamps"];

export interface TrafficShape {
  readonly seed: number;
  /** Distinct clients and servers. */
  readonly clients: number;
  readonly servers: number;
  /** Ends a second. */
  readonly rate: number;
  /** µs since the epoch of the first end. */
  readonly startUs: number;
}

/** An endless stream of plausible teardowns of one collector. The row object is reused: copy what you keep. */
export function* syntheticTeardowns(shape: TrafficShape): Generator<Teardown> {
  const random = seededRandom(shape.seed);
  const whole = (limit: number): number => Math.floor(random() * limit);
  const clients = Array.from({ length: shape.clients }, (_, i) => address(random, i % 10 === 0));
  const servers = Array.from({ length: shape.servers }, (_, i) => address(random, i % 10 === 0));
  const total = ENDS.reduce((sum, { weight }) => sum + weight, 0);
  let endUs = shape.startUs;
  for (let seq = 0; ; seq++) {
    endUs += Math.ceil((-Math.log(1 - random()) * 1e6) / shape.rate);
    let pick = random() * total;
    const end = ENDS.find(({ weight }) => (pick -= weight) < 0) ?? ENDS[0];
    const refused = end.kind === "refused";
    const silent = end.kind === "timeout";
    const durationUs = refused ? whole(900) : Math.floor(Math.exp(random() * 9) * 1000);
    const server = whole(shape.servers);
    yield {
      collector: "edge-01",
      epoch: 1_790_000_000_000,
      seq,
      vantage: "server",
      client_ip: clients[Math.floor(random() ** 3 * shape.clients)],
      client_port: 32_768 + whole(28_232),
      server_ip: servers[server],
      server_port: PORTS[server % PORTS.length],
      direction_confidence: 100,
      start_time: endUs - durationUs,
      end_time: endUs,
      duration_us: durationUs,
      kind: end.kind,
      cause: end.cause,
      cause_parent: end.parent,
      confidence: silent ? 90 : 95,
      evidence: end.evidence,
      benign: end.benign,
      stage: refused || silent ? "syn" : end.rst > 1 ? "closing" : "data",
      sender: end.cause === "fin_server_first" || end.kind === "reset" || refused ? "server" : "client",
      first_fin_by: end.kind === "fin" ? (end.cause === "fin_server_first" ? "server" : "client") : "",
      first_rst_by: end.rst > 0 ? "server" : "",
      rst_form: end.rst > 0 ? (refused ? "refuse" : "abort") : "",
      rst_count: end.rst,
      rst_ignored: 0,
      rst_reason: "",
      rst_payload: "",
      midstream: false,
      conn_state: end.state,
      history: refused ? "Sr" : silent ? "S" : HISTORIES[whole(HISTORIES.length)],
      client_isn: whole(2 ** 32),
      server_isn: refused || silent ? null : whole(2 ** 32),
      client_packets: refused || silent ? 1 : 4 + whole(12),
      server_packets: silent ? 0 : 3 + whole(14),
      client_bytes: refused || silent ? 0 : 200 + whole(2_000),
      server_bytes: refused || silent ? 0 : Math.floor(Math.exp(random() * 11)),
      bytes_exact: true,
      retransmits_client: random() < 0.03 ? 1 : 0,
      retransmits_server: random() < 0.03 ? 1 : 0,
      rtt_us: refused || silent ? null : 200 + Math.floor(Math.exp(random() * 10)),
      idle_us: Math.floor(Math.exp(random() * 12)),
      ttl_client: [52, 56, 64, 115, 128][whole(5)],
      ttl_server: silent ? null : 64,
      ttl_rst: end.rst > 0 ? 64 : null,
      kernel_reason: "",
      capture_mode: "all",
      capture_drops: 0,
      late_segments: random() < 0.02 ? 1 : 0,
      judged_time: endUs + 1_000_000 + whole(100),
      client_workload: "",
      server_workload: "",
      rule_version: 1,
      ended_by: end.rst > 0 ? "rst" : silent ? "none" : "fin",
      occasion: silent ? "silence" : "settled",
      syns: silent ? 3 : 1,
      syn_acks: refused || silent ? 0 : 1,
      client_tries: random() < 0.02 ? 2 : 1,
      server_tries: random() < 0.02 ? 2 : 1,
      client_probes: 0,
      server_probes: 0,
      icmp_error: 0,
      fin_gap_us: null,
      facts: silent || refused ? HALF_OPEN_FACTS : end.rst > 0 ? RESET_FACTS : FIN_FACTS,
      rsts: Array.from({ length: end.rst }, (_, k) => syntheticRst(end.rst - k - 1, whole)),
    };
  }
}

function address(random: () => number, isIPv6: boolean): Uint8Array {
  const group = (limit: number): number => Math.floor(random() * limit);
  const text = isIPv6
    ? `2001:db8:${group(65_536).toString(16)}::${group(65_536).toString(16)}`
    : `10.${group(256)}.${group(256)}.${group(256)}`;
  const bytes = parseAddress(text);
  if (bytes === null) throw new Error(`no address: ${text}`);
  return bytes;
}
