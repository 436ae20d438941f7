import { type Teardown, parseAddress } from "@hangup/teardowns";
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
