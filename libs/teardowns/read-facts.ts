import { NameSet } from "@hangup/causes";
import {
  ahead,
  CLIENT,
  SERVER,
  type EndedBy,
  type EndedConnection,
  type Occasion,
  type RefusalTtl,
  type RstFacts,
  type RstForm,
  type SideFacts,
  type SideIndex,
  type Stage,
} from "@hangup/connections";
import type { Teardown } from "./columns.ts";
import { C, FACTS, OF_SERVER, R, RST_FACTS, S } from "./fact-names.ts";
import { payloadCarrier } from "./facts.ts";
import { payloadBytes } from "./payload-text.ts";
import type { TeardownRst } from "./rst-columns.ts";
import { packed } from "./rst-table.ts";

const facts = new NameSet(FACTS);
const rstFacts = new NameSet<string>(RST_FACTS);

/** The columns that `readFacts` looks at. */
export const FACT_COLUMNS = [
  "ended_by occasion stage capture_mode midstream direction_confidence history conn_state",
  "start_time end_time judged_time idle_us rtt_us fin_gap_us first_rst_by",
  "client_isn server_isn client_packets server_packets client_bytes server_bytes",
  "retransmits_client retransmits_server ttl_client ttl_server late_segments icmp_error",
  "syns syn_acks client_tries server_tries client_probes server_probes",
  "rst_count rst_ignored rst_payload facts rsts",
].flatMap((names) => names.split(" ")) as readonly (keyof Teardown)[];

/** Was the row stored with its facts? Rows of older collectors cannot be judged again. */
export function hasFacts(row: Pick<Teardown, "ended_by">): boolean {
  return row.ended_by !== "";
}

/** Was it judged with all connections of the time at hand? */
export function sawWholeCapture(row: Pick<Teardown, "facts">): boolean {
  return row.facts.includes("whole_capture");
}

/**
 * The ended connection that the row was made of, into `c`: everything that the rules look at. What they do not is left as it is
 * (who talked to whom, absolute numbers beside the initial ones, byte counts at each RST, the VLAN or tunnel).
 */
export function readFacts(row: Teardown, c: EndedConnection): void {
  facts.set(row.facts);
  readCourse(row, c);
  readSide(c.client, 0);
  readSide(c.server, OF_SERVER);
  readCounts(row, c);
  c.rst = null;
  c.rstsKept = row.rsts.length;
  row.rsts.forEach((stored, i) => readRst(stored, row.end_time, c, c.rsts[i]));
  readPayload(row, c);
}

function readPayload(row: Teardown, c: EndedConnection): void {
  const carrier = row.rst_payload === "" ? null : payloadCarrier(c);
  if (carrier !== null) carrier.payloadKept = payloadBytes(row.rst_payload, carrier.payload);
  c.idleUs = row.idle_us ?? c.rst?.idleUs ?? 0;
}

function readCourse(row: Teardown, c: EndedConnection): void {
  c.endedBy = row.ended_by as EndedBy;
  c.occasion = row.occasion as Occasion;
  c.directionConfidence = row.direction_confidence;
  c.startUs = row.start_time;
  c.endUs = row.end_time;
  c.lastUs = row.end_time;
  c.nowUs = row.judged_time;
  c.flagsOnly = row.capture_mode === "flags";
  c.midstream = row.midstream;
  c.stage = row.stage as Stage;
  c.onlyRsts = row.stage === "orphan";
  c.syns = row.syns;
  c.synAcks = row.syn_acks;
  c.finGapUs = row.fin_gap_us ?? 0;
  c.icmp = row.icmp_error;
  c.rstCount = row.rst_count;
  c.rstIgnored = row.rst_ignored;
  c.lateSegments = row.late_segments;
  c.history = row.history;
  c.connState = row.conn_state;
  c.handshake = facts.has(C.handshake);
  c.bothSyns = facts.has(C.both_syns);
  c.oddOpen = facts.has(C.odd_open);
  c.misfitSynAck = facts.has(C.misfit_syn_ack);
  c.otherSyn = facts.has(C.other_syn);
  c.synTrailed = facts.has(C.syn_trailed);
  c.finSoon = facts.has(C.fin_soon);
  c.firstRst = sideOf(row.first_rst_by);
  c.rstAgain = facts.has(C.rst_again);
  c.rstTrailing = facts.has(C.rst_trailing);
  c.rstTwins = facts.has(C.rst_twins);
  c.senderGoesOn = facts.has(C.sender_goes_on);
  c.peerSentMore = facts.has(C.peer_sent_more);
  c.twoAnswers = facts.has(C.two_answers);
  c.refusalTtl = readRefusalTtl();
  c.extremeTtlIsOwn = facts.has(C.extreme_ttl_own);
  c.scanned = facts.has(C.scanned);
  c.regularKnock = facts.has(C.regular_knock);
  c.captureLoss = facts.has(C.capture_loss);
}

function readRefusalTtl(): RefusalTtl {
  if (facts.has(C.refusal_ttl_same)) return "same";
  if (facts.has(C.refusal_ttl_near)) return "near";
  return facts.has(C.refusal_ttl_off) ? "off" : "unknown";
}

function readSide(side: SideFacts, base: number): void {
  side.sentSyn = facts.has(base + S.sent_syn);
  side.sentSynAck = facts.has(base + S.sent_syn_ack);
  side.spoke = facts.has(base + S.spoke);
  side.sentPayload = facts.has(base + S.sent_payload);
  side.fin = facts.has(base + S.fin);
  side.finAcksOther = facts.has(base + S.fin_acks_other);
  side.finBeyond = facts.has(base + S.fin_beyond);
  side.finAtStart = facts.has(base + S.fin_at_start);
  side.wentOnAfterFin = facts.has(base + S.went_on_after_fin);
  side.lastUnanswered = facts.has(base + S.last_unanswered);
  side.ttlsWhole = !facts.has(base + S.more_ttls);
  side.timestamps = facts.has(base + S.timestamps);
}

function readCounts(row: Teardown, c: EndedConnection): void {
  const { client, server } = c;
  c.firstFinCaptured = !client.fin && !server.fin ? null : facts.has(C.server_fin_first) ? SERVER : CLIENT;
  client.packets = row.client_packets;
  server.packets = row.server_packets;
  client.hasIsn = row.client_isn !== null;
  server.hasIsn = row.server_isn !== null;
  client.isn = row.client_isn ?? 0;
  server.isn = row.server_isn ?? 0;
  client.bytes = row.client_bytes ?? 0;
  server.bytes = row.server_bytes ?? 0;
  // In a capture of all headers no rule asks how far a count can be trusted.
  client.bytesWhole = row.client_bytes !== null;
  server.bytesWhole = row.server_bytes !== null;
  client.retransmits = row.retransmits_client;
  server.retransmits = row.retransmits_server;
  client.lastTries = row.client_tries;
  server.lastTries = row.server_tries;
  client.probes = row.client_probes;
  server.probes = row.server_probes;
  client.ttls = row.ttl_client ?? 0;
  server.ttls = row.ttl_server ?? 0;
  server.roundTripUs = row.rtt_us ?? 0;
}

function readRst(stored: TeardownRst, endUs: number, c: EndedConnection, out: RstFacts): void {
  const sender = stored.by === "client" ? CLIENT : SERVER;
  const x = c.sides[sender];
  const y = c.sides[sender === CLIENT ? SERVER : CLIENT];
  if (stored.validity === "ends") c.rst = out;
  if (stored.other_ttls.length > 0) x.ttls = packed(stored.other_ttls) | 0;
  out.sender = sender;
  out.timeUs = endUs + stored.offset_us;
  out.seq = stored.seq;
  out.ack = stored.ack;
  out.flags = stored.flags;
  out.form = stored.form as RstForm;
  out.ttl = stored.ttl;
  out.tos = stored.tos;
  out.ipId = stored.ip_id ?? -1;
  out.ipIdStep = stored.ip_id_step ?? -1;
  out.window = stored.window;
  out.ipLength = stored.ip_length;
  out.payloadLength = stored.payload_length;
  out.payloadKept = 0;
  out.mptcpReason = stored.mptcp_reason ?? -1;
  out.seqBeyondSent = stored.seq_beyond_sent ?? Number.NaN;
  out.seqBeyondAcked = stored.seq_beyond_acked ?? Number.NaN;
  out.ackBeyondSent = stored.ack_beyond_sent ?? Number.NaN;
  out.unackedOfSender = stored.unacked_of_sender ?? Number.NaN;
  out.unackedOfPeer = stored.unacked_of_peer ?? Number.NaN;
  out.ackBeyondOwnFin = stored.ack_beyond_own_fin ?? Number.NaN;
  out.peerBeyondOwnFin = stored.peer_beyond_own_fin ?? Number.NaN;
  out.seqBeyondIsn = x.hasIsn ? ahead(stored.seq, x.isn) - 1 : Number.NaN;
  out.ackBeyondIsn = y.hasIsn ? ahead(stored.ack, y.isn) - 1 : Number.NaN;
  out.probes = stored.probes;
  out.synAcks = stored.syn_acks;
  out.synAckSeen = stored.syn_acks > 0;
  out.idleUs = stored.idle_us;
  out.sinceSynAckUs = stored.since_synack_us ?? -1;
  out.sinceDataUs = stored.since_data_us ?? -1;
  readRstFacts(stored.facts, out);
}

function readRstFacts(names: readonly string[], out: RstFacts): void {
  rstFacts.set(names);
  out.ignored = rstFacts.has(R.ignored);
  out.trails = rstFacts.has(R.trailing);
  out.hasOptions = rstFacts.has(R.options);
  out.hasTimestamp = rstFacts.has(R.timestamp);
  out.senderFin = rstFacts.has(R.sender_fin);
  out.peerFin = rstFacts.has(R.peer_fin);
  out.senderSpoke = rstFacts.has(R.sender_spoke);
  out.peerSpoke = rstFacts.has(R.peer_spoke);
  out.senderSentPayload = rstFacts.has(R.sender_sent_payload);
  out.peerSentPayload = rstFacts.has(R.peer_sent_payload);
  out.handshake = rstFacts.has(R.handshake);
  out.lastBySender = rstFacts.has(R.last_by_sender);
  out.lastPayloadBySender = rstFacts.has(R.last_payload_by_sender);
  out.senderWindowZero = rstFacts.has(R.sender_window_zero);
  out.senderTimestamps = rstFacts.has(R.sender_timestamps);
  out.seqIsLastAck = rstFacts.has(R.seq_is_last_ack);
  out.afterOtherSyn = rstFacts.has(R.after_other_syn);
  out.firstPacket = rstFacts.has(R.first_packet);
  out.loneTrigger = rstFacts.has(R.lone_trigger);
}

function sideOf(name: string): SideIndex | null {
  return name === "" ? null : name === "client" ? CLIENT : SERVER;
}
