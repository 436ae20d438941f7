import type { Verdict } from "@hangup/causes";
import { RULE_VERSION } from "@hangup/causes";
import { CLIENT, SERVER, type EndedConnection, type SideFacts } from "@hangup/connections";
import type { Teardown } from "./columns.ts";
import { fillFacts } from "./facts.ts";

/** A row to be filled: the same object again and again. */
export function emptyRow(collector: string, epoch: number): Teardown {
  return {
    collector,
    epoch,
    seq: 0,
    vantage: "unknown",
    client_ip: new Uint8Array(16),
    client_port: 0,
    server_ip: new Uint8Array(16),
    server_port: 0,
    direction_confidence: 0,
    start_time: 0,
    end_time: 0,
    duration_us: 0,
    kind: "",
    cause: "",
    cause_parent: "",
    confidence: 0,
    evidence: [],
    benign: null,
    stage: "",
    sender: "",
    first_fin_by: "",
    first_rst_by: "",
    rst_form: "",
    rst_count: 0,
    rst_ignored: 0,
    rst_reason: "",
    rst_payload: "",
    midstream: false,
    conn_state: "",
    history: "",
    client_isn: null,
    server_isn: null,
    client_packets: 0,
    server_packets: 0,
    client_bytes: null,
    server_bytes: null,
    bytes_exact: false,
    retransmits_client: 0,
    retransmits_server: 0,
    rtt_us: null,
    idle_us: null,
    ttl_client: null,
    ttl_server: null,
    ttl_rst: null,
    kernel_reason: "",
    capture_mode: "all",
    capture_drops: 0,
    late_segments: 0,
    judged_time: 0,
    client_workload: "",
    server_workload: "",
    rule_version: RULE_VERSION,
    ended_by: "",
    occasion: "",
    syns: 0,
    syn_acks: 0,
    client_tries: 0,
    server_tries: 0,
    client_probes: 0,
    server_probes: 0,
    icmp_error: 0,
    fin_gap_us: null,
    facts: [],
    rsts: [],
  };
}

/** What a collector knows of all its rows. */
export interface Observation {
  /** The capturing host's own addresses are known, so that an address which is none of them is elsewhere. */
  readonly localKnown: boolean;
  /** Judged with all connections of the time at hand (a file). */
  readonly whole: boolean;
}

/** Fills the columns by which rows are counted. */
export function fillCounted(row: Teardown, c: EndedConnection, v: Verdict): void {
  row.server_ip = c.server.address;
  row.server_port = c.server.port;
  row.kind = v.kind;
  row.cause = v.cause;
  row.benign = v.benign;
  row.stage = c.stage;
  row.midstream = c.midstream;
}

/** Fills the columns that the connection and its verdict tell. */
export function fillRow(row: Teardown, c: EndedConnection, v: Verdict, { localKnown, whole }: Observation): void {
  const { client, server } = c;
  fillCounted(row, c, v);
  row.vantage = vantageOf(c, localKnown);
  row.client_ip = client.address;
  row.client_port = client.port;
  row.direction_confidence = c.directionConfidence;
  row.start_time = Math.floor(c.startUs);
  row.end_time = Math.max(row.start_time, Math.floor(c.endUs));
  row.duration_us = row.end_time - row.start_time;
  row.cause_parent = v.parent;
  row.confidence = v.confidence;
  row.evidence = v.evidence;
  row.sender = v.sender;
  row.first_fin_by = v.firstFinBy;
  row.first_rst_by = v.firstRstBy;
  row.rst_form = c.rst?.form ?? "";
  row.rst_count = c.rstCount;
  row.rst_ignored = c.rstIgnored;
  row.conn_state = c.connState;
  row.history = c.history;
  row.client_isn = client.hasIsn ? client.isn : null;
  row.server_isn = server.hasIsn ? server.isn : null;
  row.client_packets = client.packets;
  row.server_packets = server.packets;
  // In a capture of flags alone a count that no number tells is unknown, not 0.
  row.client_bytes = c.flagsOnly && !client.bytesWhole ? null : client.bytes;
  row.server_bytes = c.flagsOnly && !server.bytesWhole ? null : server.bytes;
  row.bytes_exact = isWhole(client, c) && isWhole(server, c);
  row.retransmits_client = client.retransmits;
  row.retransmits_server = server.retransmits;
  row.rtt_us = roundTripToServer(c);
  row.idle_us = c.flagsOnly ? null : Math.floor(c.idleUs);
  row.ttl_client = client.ttls !== 0 ? client.ttls & 255 : null;
  row.ttl_server = server.ttls !== 0 ? server.ttls & 255 : null;
  row.ttl_rst = c.rst === null ? null : c.rst.ttl;
  row.capture_mode = c.flagsOnly ? "flags" : "all";
  row.late_segments = c.lateSegments;
  row.judged_time = Math.floor(c.nowUs);
  fillFacts(row, c, whole);
}

/** By SYN and SYN-ACK, µs, or by timestamps where neither was captured; null without. */
function roundTripToServer(c: EndedConnection): number | null {
  const { client, server } = c;
  if (client.sentSyn) return server.sentSynAck ? server.roundTripUs : null;
  return sawNoOpening(c) && server.roundTripUs > 0 ? server.roundTripUs : null;
}

function sawNoOpening({ client, server }: EndedConnection): boolean {
  return !client.hasIsn && !server.hasIsn;
}

/**
 * Where the capture was taken: on a side whose packets carry a TTL that stacks begin with (or whose address is the host's own). Both
 * sides so: the round trips to them tell.
 */
function vantageOf(c: EndedConnection, localKnown: boolean): string {
  const client = isLocal(c.client, localKnown);
  const server = isLocal(c.server, localKnown);
  if (client !== server) return client ? "client" : "server";
  if (!client && localKnown) return "middle";
  if (!client) return c.client.ttls !== 0 && c.server.ttls !== 0 ? "middle" : "unknown";
  // Acknowledgements of data are delayed on one side more than on the other.
  if (sawNoOpening(c)) return "unknown";
  const toServer = c.sides[SERVER].roundTripUs;
  const toClient = c.sides[CLIENT].roundTripUs;
  if (toServer > 4 * toClient) return "client";
  return 4 * toServer < toClient ? "server" : "unknown";
}

function isLocal(side: SideFacts, localKnown: boolean): boolean {
  return side.local && (localKnown || side.packets > 0);
}

/** Are the bytes of this side all that it has sent? */
function isWhole(side: SideFacts, { client, server, flagsOnly }: EndedConnection): boolean {
  if (flagsOnly || side.sentSyn || side.sentSynAck || side.spoke) return side.bytesWhole;
  // It sent nothing, or RSTs. But where the other side went on, it was answered by what was not captured.
  const other = side === client ? server : client;
  return client.sentSyn && !other.spoke;
}
