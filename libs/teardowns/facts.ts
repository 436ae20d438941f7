import { NameSet, statedReason } from "@hangup/causes";
import { CLIENT, type EndedConnection, type RstFacts, type SideFacts } from "@hangup/connections";
import type { Teardown } from "./columns.ts";
import { C, FACTS, OF_SERVER, R, RST_FACTS, S } from "./fact-names.ts";
import { MAX_UINT32 } from "./layout.ts";
import { payloadText } from "./payload-text.ts";
import type { TeardownRst } from "./rst-columns.ts";
import { unpacked } from "./rst-table.ts";

// Rows are filled one after the other: one set of each kind serves all.
const facts = new NameSet(FACTS);
const rstFacts = new NameSet<string>(RST_FACTS);

const NONE: readonly TeardownRst[] = [];

/** Fills the columns with which `readFacts` builds the connection again. `whole`: all connections of the time were at hand. */
export function fillFacts(row: Teardown, c: EndedConnection, whole: boolean): void {
  const { client, server } = c;
  row.ended_by = c.endedBy;
  row.occasion = c.occasion;
  row.syns = c.syns;
  row.syn_acks = c.synAcks;
  row.client_tries = client.lastTries;
  row.server_tries = server.lastTries;
  row.client_probes = client.probes;
  row.server_probes = server.probes;
  row.icmp_error = c.icmp;
  // It tells something only where a FIN did not know of the other side's last data.
  row.fin_gap_us = client.finBeyond || server.finBeyond ? c.finGapUs : null;
  facts.clear();
  noteSide(client, 0);
  noteSide(server, OF_SERVER);
  noteConnection(c, whole);
  row.facts = facts.names();
  row.rsts = c.rstsKept === 0 ? NONE : c.rsts.slice(0, c.rstsKept).map((rst) => rstOf(c, rst, row.end_time));
  const carrier = c.rstsKept === 0 ? null : payloadCarrier(c);
  row.rst_payload = carrier === null ? "" : payloadText(carrier.payload, carrier.payloadKept);
  row.rst_reason = c.rstsKept === 0 ? "" : reasonOf(c);
}

function noteSide(side: SideFacts, base: number): void {
  facts.note(base + S.sent_syn, side.sentSyn);
  facts.note(base + S.sent_syn_ack, side.sentSynAck);
  facts.note(base + S.spoke, side.spoke);
  facts.note(base + S.sent_payload, side.sentPayload);
  facts.note(base + S.fin, side.fin);
  facts.note(base + S.fin_acks_other, side.finAcksOther);
  facts.note(base + S.fin_beyond, side.finBeyond);
  facts.note(base + S.fin_at_start, side.finAtStart);
  facts.note(base + S.went_on_after_fin, side.wentOnAfterFin);
  facts.note(base + S.last_unanswered, side.lastUnanswered);
  facts.note(base + S.more_ttls, !side.ttlsWhole);
  facts.note(base + S.timestamps, side.timestamps);
}

function noteConnection(c: EndedConnection, whole: boolean): void {
  facts.note(C.handshake, c.handshake);
  facts.note(C.both_syns, c.bothSyns);
  facts.note(C.odd_open, c.oddOpen);
  facts.note(C.misfit_syn_ack, c.misfitSynAck);
  facts.note(C.other_syn, c.otherSyn);
  facts.note(C.syn_trailed, c.synTrailed);
  facts.note(C.fin_soon, c.finSoon);
  facts.note(C.server_fin_first, c.firstFinCaptured !== null && c.firstFinCaptured !== CLIENT);
  facts.note(C.scanned, c.scanned);
  facts.note(C.regular_knock, c.regularKnock);
  facts.note(C.capture_loss, c.captureLoss);
  facts.note(C.whole_capture, whole);
  if (c.rstsKept === 0) return;
  facts.note(C.rst_again, c.rstAgain);
  facts.note(C.rst_trailing, c.rstTrailing);
  facts.note(C.rst_twins, c.rstTwins);
  facts.note(C.sender_goes_on, c.senderGoesOn);
  facts.note(C.peer_sent_more, c.peerSentMore);
  facts.note(C.two_answers, c.twoAnswers);
  if (c.rst === null) return;
  facts.note(C.refusal_ttl_same, c.refusalTtl === "same");
  facts.note(C.refusal_ttl_near, c.refusalTtl === "near");
  facts.note(C.refusal_ttl_off, c.refusalTtl === "off");
  facts.note(C.extreme_ttl_own, c.extremeTtlIsOwn);
}

/** The RST whose payload the row keeps: the ending one's, else the first. */
export function payloadCarrier(c: EndedConnection): RstFacts | null {
  if (c.rst !== null && c.rst.payloadLength > 0) return c.rst;
  for (let i = 0; i < c.rstsKept; i++) if (c.rsts[i].payloadLength > 0) return c.rsts[i];
  return null;
}

function reasonOf(c: EndedConnection): string {
  let reason = c.rst === null ? "" : statedReason(c.rst);
  for (let i = 0; i < c.rstsKept && reason === ""; i++) reason = statedReason(c.rsts[i]);
  return reason;
}

function rstOf(c: EndedConnection, rst: RstFacts, endUs: number): TeardownRst {
  // The keys in the order of RST_COLUMNS, in which they are written as JSON.
  return {
    by: rst.sender === CLIENT ? "client" : "server",
    offset_us: Math.floor(rst.timeUs) - endUs,
    seq: rst.seq,
    ack: rst.ack,
    flags: rst.flags,
    form: rst.form,
    validity: rst === c.rst ? "ends" : rst.ignored ? "ignored" : rst.trails ? "trailing" : "late",
    ttl: rst.ttl,
    other_ttls: unpacked(c.sides[rst.sender].ttls),
    tos: rst.tos,
    ip_id: known(rst.ipId),
    ip_id_step: known(rst.ipIdStep),
    window: rst.window,
    ip_length: rst.ipLength,
    payload_length: rst.payloadLength,
    mptcp_reason: known(rst.mptcpReason),
    seq_beyond_sent: distance(rst.seqBeyondSent),
    seq_beyond_acked: distance(rst.seqBeyondAcked),
    ack_beyond_sent: distance(rst.ackBeyondSent),
    unacked_of_sender: distance(rst.unackedOfSender),
    unacked_of_peer: distance(rst.unackedOfPeer),
    ack_beyond_own_fin: distance(rst.ackBeyondOwnFin),
    peer_beyond_own_fin: distance(rst.peerBeyondOwnFin),
    probes: rst.probes,
    syn_acks: rst.synAcks,
    idle_us: Math.min(MAX_UINT32, Math.floor(rst.idleUs)),
    since_synack_us: known(rst.sinceSynAckUs),
    since_data_us: known(rst.sinceDataUs),
    facts: factsOf(rst),
  };
}

function factsOf(rst: RstFacts): readonly string[] {
  rstFacts.clear();
  rstFacts.note(R.ignored, rst.ignored);
  rstFacts.note(R.trailing, rst.trails);
  rstFacts.note(R.options, rst.hasOptions);
  rstFacts.note(R.timestamp, rst.hasTimestamp);
  rstFacts.note(R.sender_fin, rst.senderFin);
  rstFacts.note(R.peer_fin, rst.peerFin);
  rstFacts.note(R.sender_spoke, rst.senderSpoke);
  rstFacts.note(R.peer_spoke, rst.peerSpoke);
  rstFacts.note(R.sender_sent_payload, rst.senderSentPayload);
  rstFacts.note(R.peer_sent_payload, rst.peerSentPayload);
  rstFacts.note(R.handshake, rst.handshake);
  rstFacts.note(R.last_by_sender, rst.lastBySender);
  rstFacts.note(R.last_payload_by_sender, rst.lastPayloadBySender);
  rstFacts.note(R.sender_window_zero, rst.senderWindowZero);
  rstFacts.note(R.sender_timestamps, rst.senderTimestamps);
  rstFacts.note(R.seq_is_last_ack, rst.seqIsLastAck);
  rstFacts.note(R.after_other_syn, rst.afterOtherSyn);
  rstFacts.note(R.first_packet, rst.firstPacket);
  rstFacts.note(R.lone_trigger, rst.loneTrigger);
  return rstFacts.names();
}

/** -1 says that it is not known. */
function known(value: number): number | null {
  return value < 0 ? null : value;
}

/** NaN says that it is not known. -2^31 is held within what the column takes. */
function distance(value: number): number | null {
  return Number.isNaN(value) ? null : Math.max(-0x7fff_ffff, value);
}
