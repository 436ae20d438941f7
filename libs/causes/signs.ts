import { CLIENT, SERVER, type EndedConnection, type RstFacts, type SideIndex } from "@hangup/connections";
import { E, type Evidence } from "./evidence.ts";
import { repeatsInVain } from "./repetition.ts";
import { hasText, statedReason } from "./stated-reason.ts";

/** A last alert, QUIT or close_notify: bytes that nobody misses. */
export const FAREWELL_BYTES = 64;

/** RSTs to both ends within this time have one source between them. */
const BOTH_ENDS_US = 2_000;
/** A step of the IP-ID beyond this in either direction is no part of a series. */
const IPID_FAR = 8192;
const STORM = 10;
/** Two packets of one side may change places on their way within this time. */
const REORDER_US = 20_000;

/** Facts that several rules share, worked out once a connection: of its FINs, and of the ending RST. */
export class Signs {
  /** The side whose FIN the other's acknowledges; where both or neither do, the one captured first. */
  firstFin: SideIndex | null = null;
  /** Neither side's FIN acknowledges the other's. */
  finsCrossed = false;
  /** A bare RST that is judged as an abort: some stacks abort so. */
  bareAbort = false;
  bare = false;
  abort = false;
  /** Nothing that either side sent is lost by the RST. */
  nothingMissing = false;
  /** Nothing of the peer was captured: what it sent and received is unknown. */
  oneSided = false;
  /** The peer was in the middle of sending, and what was under way came behind the RST. */
  cutShort = false;
  ttlForeign = false;
  goesOn = false;
  climbing = false;
  weak = 0;
  twins = false;
  bothEnds = false;

  read(c: EndedConnection): void {
    const { client, server, rst } = c;
    const { finAcksOther } = server;
    this.finsCrossed = !finAcksOther && !client.finAcksOther;
    const ordered = client.fin && server.fin && finAcksOther !== client.finAcksOther;
    this.firstFin = ordered ? (finAcksOther ? CLIENT : SERVER) : c.firstFinCaptured;
    if (rst === null) return;
    this.bareAbort = isBareAbort(c, rst);
    this.abort = rst.form === "abort" || this.bareAbort || (rst.form === "odd" && (rst.flags & 16) !== 0);
    this.bare = !this.abort;
    this.nothingMissing = !c.flagsOnly && isNothingMissing(c, rst);
    this.oneSided = isOneSided(c, rst);
    this.cutShort = !c.flagsOnly && c.peerSentMore && rst.peerSentPayload && !rst.lastPayloadBySender;
    this.ttlForeign = isTtlForeign(c, rst);
    this.goesOn = c.senderGoesOn;
    this.climbing = isClimbing(c, rst);
    this.twins = c.rstTwins;
    this.bothEnds = isToBothEnds(c, rst);
    const ipIdOff = rst.ipIdStep >= IPID_FAR && rst.ipIdStep <= 0x10000 - IPID_FAR;
    const noTimestamp = rst.form === "abort" && rst.senderTimestamps && !rst.hasTimestamp;
    this.weak = (ipIdOff ? 1 : 0) + (noTimestamp ? 1 : 0);
  }

  /** Notes all that is seen, whatever cause wins. */
  note(c: EndedConnection, e: Evidence): void {
    e.note(E.rst_trailing, c.rstTrailing);
    e.note(E.time_wait_assassination, c.rstTrailing && !this.finsCrossed && hitsTimeWait(c, this.firstFin));
    e.note(E.rst_duplicate, c.rstAgain);
    e.note(E.rst_ignored, c.rstIgnored > 0);
    e.note(E.rst_storm, c.rstCount >= STORM);
    e.note(E.syn_trailing, c.synTrailed);
    e.note(E.midstream, c.midstream);
    e.note(E.retransmits, c.client.retransmits + c.server.retransmits > 0);
    e.note(E.capture_loss, c.captureLoss);
    e.note(E.other_syn, c.otherSyn);
    e.note(E.misfit_synack, c.misfitSynAck);
    e.note(E.flags_at_odds, c.oddOpen);
    e.note(E.scan, c.scanned);
    const { rst } = c;
    if (rst === null) return;
    e.note(E.ttl_foreign, this.ttlForeign);
    e.note(E.sender_goes_on, this.goesOn);
    e.note(E.climbing, this.climbing);
    e.note(E.two_answers, c.twoAnswers);
    e.note(E.ipid_off, rst.ipIdStep >= IPID_FAR && rst.ipIdStep <= 0x10000 - IPID_FAR);
    e.note(E.no_timestamp, rst.form === "abort" && rst.senderTimestamps && !rst.hasTimestamp);
    e.note(E.both_ends, this.bothEnds);
    e.note(E.twins, this.twins);
    e.note(E.odd_form, rst.form === "odd");
    e.note(E.own_fin, rst.senderFin);
    e.note(E.peer_fin, rst.peerFin);
    e.note(E.mptcp_reason, rst.mptcpReason >= 0);
    if (e.note(E.rst_payload, rst.payloadLength > 0)) {
      e.note(E.rst_diagnostic, statedReason(rst).startsWith("diagnostic"));
      e.note(E.rst_text, hasText(rst));
    }
    e.note(E.lone_rst, c.onlyRsts);
    if (!this.abort) return;
    e.note(E.one_way, this.oneSided);
    e.note(E.repeated_to_silence, repeatsInVain(c.sides[rst.sender]));
    const missing = !this.nothingMissing || this.cutShort;
    e.note(E.nothing_missing, !missing);
    e.note(E.data_missing, !c.flagsOnly && !this.oneSided && missing);
    e.note(E.both_spoke, rst.senderSentPayload && rst.peerSentPayload);
    e.note(E.window_closed, rst.senderWindowZero && rst.peerSentPayload);
  }
}

/** A RST behind both FINs, at the next number of the side that closed last: the other side believes it in TIME-WAIT (RFC 1337). */
function hitsTimeWait(c: EndedConnection, firstFin: SideIndex | null): boolean {
  for (let i = 0; i < c.rstsKept; i++) {
    const rst = c.rsts[i];
    if (rst.trails && rst.sender !== firstFin && rst.seqBeyondSent === 0) return true;
  }
  return false;
}

/** A bare RST at its sender's own next number that answers nothing. */
function isBareAbort(c: EndedConnection, rst: RstFacts): boolean {
  if ((rst.flags & 16) !== 0 || rst.seqBeyondSent !== 0) return false;
  if (rst.ack !== 0) return true;
  if (c.flagsOnly || !rst.handshake) return false;
  return rst.lastBySender && rst.unackedOfPeer <= 0;
}

function isNothingMissing(c: EndedConnection, rst: RstFacts): boolean {
  // What was repeated again and again is no last word that nobody misses.
  const mayFarewell = (rst.sender === CLIENT || rst.peerFin) && !repeatsInVain(c.sides[rst.sender]);
  const farewell = mayFarewell ? FAREWELL_BYTES : 0;
  const isAbort = (rst.flags & 16) !== 0;
  const received = Number.isNaN(rst.ackBeyondSent) ? !rst.peerSentPayload : rst.ackBeyondSent >= 0;
  // An abort's own number tells of segments that were lost before they came by here.
  const unacked = isAbort ? Math.max(rst.unackedOfSender, rst.seqBeyondAcked) : rst.unackedOfSender;
  const sent = Number.isNaN(unacked) ? !rst.senderSentPayload : unacked <= farewell;
  // A bare abort says nothing of what it has received: what it acknowledged before must do.
  return sent && (isAbort ? received : rst.unackedOfPeer <= 0);
}

/** The owner of one side cut it, and the other side's packets pass elsewhere. */
export function isOneSided(c: EndedConnection, rst: RstFacts): boolean {
  return !c.flagsOnly && !c.onlyRsts && c.sides[rst.sender === CLIENT ? SERVER : CLIENT].packets === 0;
}

/** More than one hop off every other TTL of the side. A very low or high one is one service's (RFC 5082) unless two ports have it. */
function isTtlForeign(c: EndedConnection, rst: RstFacts): boolean {
  const side = c.sides[rst.sender];
  if (!side.ttlsWhole) return false;
  let compared = false;
  for (let set = side.ttls; set !== 0; set >>>= 8) {
    const ttl = set & 255;
    if (Math.abs(ttl - rst.ttl) <= 1) return false;
    compared ||= (ttl > 2 && ttl < 254) || c.extremeTtlIsOwn;
  }
  return compared;
}

/**
 * A stack aborts once, and then answers with its peer's acknowledgements, bare (lwIP: with an acknowledgement of its own): other rows of
 * numbers are made up.
 */
function isClimbing(c: EndedConnection, ending: RstFacts): boolean {
  if (ending.senderFin) return false;
  let previous: RstFacts | null = null;
  let first = true;
  let differ = false;
  let beyond = false;
  let aborts = 0;
  let bareAt = Number.NaN;
  let abortAfterBare = false;
  let abortSeq = -1;
  for (let i = 0; i < c.rstsKept; i++) {
    const rst = c.rsts[i];
    if (rst.sender !== ending.sender || rst.trails || rst.form === "refuse") continue;
    const isAnswer = !first && rst.seqIsLastAck && rst.ackBeyondSent <= 0;
    const isAbort = (rst.flags & 16) !== 0 && !isAnswer;
    if (previous !== null && previous.seq !== rst.seq) differ = true;
    if (!(first && isAbort) && rst.seqBeyondSent > 0 && !rst.seqIsLastAck) beyond = true;
    if (isAbort) {
      if (abortSeq !== rst.seq) aborts++;
      abortSeq = rst.seq;
      // Sooner, the two may have changed places on their way.
      if (rst.timeUs - bareAt > REORDER_US) abortAfterBare = true;
    } else if (Number.isNaN(bareAt)) bareAt = rst.timeUs;
    first = false;
    previous = rst;
  }
  return (differ && beyond && !c.flagsOnly) || aborts >= 2 || abortAfterBare;
}

function isToBothEnds(c: EndedConnection, ending: RstFacts): boolean {
  const other = ending.sender === CLIENT ? SERVER : CLIENT;
  for (let i = 0; i < c.rstsKept; i++)
    if (c.rsts[i].sender === other && Math.abs(c.rsts[i].timeUs - ending.timeUs) <= BOTH_ENDS_US) return true;
  return false;
}
