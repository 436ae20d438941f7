import type { Segment } from "@hangup/packets";
import { acceptSynPayload } from "./accounting.ts";
import { addressFingerprint, mixWord } from "./fingerprints.ts";
import { openGap } from "./gaps.ts";
import { appendLetter } from "./history.ts";
import * as L from "./layout.ts";
import { LETTER_H, LETTER_S } from "./letters.ts";
import { ahead } from "./sequence.ts";
import type { Tracking } from "./tracking.ts";

/** SYN-ACKs closer than this answer copies of the SYN; farther ones are the server's own timer (RFC 6298: at least 1 s). */
const SYNACK_TIMER_US = 500_000;

/** Payload that a SYN may carry (TCP Fast Open) and a SYN-ACK acknowledge. */
const MAX_SYN_DATA = 1 << 16;

/** A SYN that was captured behind segments of its own connection lies at most this far below them. */
const REORDER_BYTES = 1 << 20;
const REORDER_US = 3_000_000;

/** A new record's times. */
export function startRecord(t: Float64Array, b: number, s: Segment): void {
  t[(b + L.FIRST_TIME) >> 1] = s.timeUs;
  t[(b + L.LAST_TIME) >> 1] = s.timeUs;
}

/** The side's first SYN. The numbers of what came before it (captured out of order) stay. */
export function recordSyn(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const isn = s.seq | 0;
  w[b + L.ISN_OF + side] = isn;
  if ((w[x + L.BITS] & L.HAS_SEQ) === 0 || !within(w[x + L.SND], isn + 1)) {
    w[x + L.SND] = (isn + 1 + s.payloadLength) | 0;
    w[x + L.BYTES] = s.payloadLength;
  } else checkCount(w, b, side, isn);
  w[x + L.BITS] |= L.HAS_ISN | L.HAS_SEQ | L.SENT_SYN;
  if ((w[b + L.FLAGS] & L.CLIENT_KNOWN) === 0) setClient(w, b, side);
  if ((w[b + L.FLAGS] & (L.FIN_0 | L.FIN_1)) === 0) w[b + L.EVENT_TIME] = s.timeUs;
  w[b + L.COUNTS] += 1 << 24;
  appendLetter(w, b, LETTER_S, side);
  // As far as directions go an endpoint that received a SYN is a listener, whatever it answers.
  k.notes.listener(listenerName(w, b, side ^ 1));
  if (s.ttl <= 2 || s.ttl >= 254)
    k.notes.serverTtl(w, b + L.ADDRESS + side * 4, w[b + L.CONTEXT], s.ttl, portOf(w, b, side ^ 1), false);
}

/**
 * A SYN that was captured behind its side's first segments: what of its payload lay below the first number seen was taken for sent
 * before. The count is exact only when it is all that lies between the SYN and the highest number.
 */
function checkCount(w: Int32Array, b: number, side: number, isn: number): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const fin = (w[b + L.FLAGS] & (L.FIN_0 << side)) === 0 ? 0 : 1;
  if (ahead(w[x + L.SND], isn) - 1 - fin !== w[x + L.BYTES]) w[x + L.BITS] |= L.INEXACT;
}

/** Another copy of the client's SYN. */
export function repeatSyn(w: Int32Array, b: number, side: number, s: Segment): void {
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const syns = w[b + L.COUNTS] >>> 24;
  if (syns < 255) w[b + L.COUNTS] += 1 << 24;
  if ((w[y + L.BITS] & L.SENT_SYNACK) === 0 && (w[b + L.FLAGS] & (L.FIN_0 | L.FIN_1)) === 0)
    w[b + L.EVENT_TIME] = s.timeUs;
}

/** Does the acknowledgement fit the SYN of `side`? */
export function fitsSyn(w: Int32Array, b: number, side: number, ack: number): boolean {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const beyond = ahead(ack, w[b + L.ISN_OF + side]) - 1;
  return beyond === 0 || (beyond > 0 && beyond < MAX_SYN_DATA && beyond <= w[x + L.BYTES]);
}

/** The first SYN-ACK of `side` that fits, or the first of all where no SYN was seen: the other side is the client. */
export function recordSynAck(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const isn = s.seq | 0;
  const changed = (w[x + L.BITS] & L.HAS_ISN) === 0 || w[b + L.ISN_OF + side] !== isn;
  if (changed) openGap(k.rare, w, b, side);
  w[b + L.ISN_OF + side] = isn;
  // Numbers of before that do not continue this one are of an older connection (a stale ACK drew a RST, then the SYN came again).
  if ((w[x + L.BITS] & L.SPOKE) === 0 || !within(w[x + L.SND], isn + 1)) {
    w[x + L.SND] = (isn + 1 + s.payloadLength) | 0;
    w[x + L.BYTES] = s.payloadLength;
    w[x + L.ACKED] = s.ack;
  } else checkCount(w, b, side, isn);
  w[x + L.BITS] = (w[x + L.BITS] & ~L.STALE_ACK) | L.HAS_ISN | L.HAS_SEQ | L.HAS_ACK | L.SENT_SYNACK;
  if ((w[b + L.FLAGS] & L.CLIENT_KNOWN) === 0) setClient(w, b, side ^ 1);
  if ((w[y + L.BITS] & L.SENT_SYN) !== 0) {
    const rtt = ((s.timeUs | 0) - w[b + L.EVENT_TIME]) >>> 0;
    if ((w[b + L.FLAGS] & (L.FIN_0 | L.FIN_1)) === 0) w[b + L.RTT_SERVER] = rtt > 0x7fffffff ? 0x7fffffff : rtt;
    if (ahead(s.ack, w[b + L.ISN_OF + (side ^ 1)]) > 1) acceptSynPayload(k, w, b, side ^ 1);
  } else if ((w[y + L.BITS] & L.HAS_ISN) === 0) {
    w[b + L.ISN_OF + (side ^ 1)] = (s.ack - 1) | 0;
    w[y + L.BITS] |= L.HAS_ISN;
    if ((w[y + L.BITS] & L.HAS_SEQ) === 0) {
      w[y + L.SND] = s.ack | 0;
      w[y + L.BITS] |= L.HAS_SEQ;
    } else checkCount(w, b, side ^ 1, w[b + L.ISN_OF + (side ^ 1)]);
  }
  if ((w[b + L.FLAGS] & (L.FIN_0 | L.FIN_1)) === 0) w[b + L.EVENT_TIME] = s.timeUs;
  countSynAck(w, b);
  if (changed) appendLetter(w, b, LETTER_H, side);
  k.notes.serverTtl(w, b + L.ADDRESS + side * 4, w[b + L.CONTEXT], s.ttl, portOf(w, b, side), true);
}

/** Another copy of the SYN-ACK: counted when the server's timer sent it. */
export function repeatSynAck(w: Int32Array, b: number, s: Segment): void {
  if ((w[b + L.FLAGS] & (L.FIN_0 | L.FIN_1)) !== 0) return;
  if (((s.timeUs | 0) - w[b + L.EVENT_TIME]) >>> 0 < SYNACK_TIMER_US) return;
  w[b + L.EVENT_TIME] = s.timeUs;
  countSynAck(w, b);
}

/** May this SYN or SYN-ACK belong to the mid-stream connection at hand, captured behind its later segments? */
export function mayHaveOpened(w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): boolean {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  if ((w[x + L.BITS] & L.HAS_ISN) !== 0 || s.timeUs - t[(b + L.FIRST_TIME) >> 1] > REORDER_US) return false;
  const next = (s.seq + 1) | 0;
  if ((w[x + L.BITS] & L.HAS_SEQ) !== 0) return within(w[x + L.SND], next);
  return (w[y + L.BITS] & L.HAS_ACK) !== 0 && within(w[y + L.ACKED], next);
}

/** Does a side that has sent up to here begin at `next`? */
function within(sent: number, next: number): boolean {
  const beyond = ahead(sent, next);
  return beyond >= 0 && beyond <= REORDER_BYTES;
}

function countSynAck(w: Int32Array, b: number): void {
  if (((w[b + L.COUNTS] >>> 16) & 255) < 255) w[b + L.COUNTS] += 1 << 16;
}

function setClient(w: Int32Array, b: number, side: number): void {
  // From here on these are by role: what timestamps told before is no part of the opening.
  w[b + L.RTT_SERVER] = 0;
  w[b + L.RTT_CLIENT] = 0;
  w[b + L.FLAGS] |= L.CLIENT_KNOWN | (side === 0 ? 0 : L.CLIENT_IS_1);
}

export function portOf(w: Int32Array, b: number, side: number): number {
  return side === 0 ? w[b + L.PORTS] >>> 16 : w[b + L.PORTS] & 0xffff;
}

/** The name under which an endpoint is known as a listener. */
export function listenerName(w: Int32Array, b: number, side: number): number {
  return mixWord(addressFingerprint(w, b + L.ADDRESS + side * 4, w[b + L.CONTEXT]), portOf(w, b, side));
}
