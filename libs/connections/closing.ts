import { ACK, type Segment } from "@hangup/packets";
import { lastAck, noteRepeat } from "./accounting.ts";
import { endTime } from "./end-time.ts";
import { appendLetter } from "./history.ts";
import * as L from "./layout.ts";
import { LETTER_F } from "./letters.ts";
import { REACH, SOON_US } from "./limits.ts";
import { FIN_ALTERNATIVE, FIN_ALTERNATIVE_OF, RARE_BITS } from "./rare-facts.ts";
import { ahead } from "./sequence.ts";
import type { Tracking } from "./tracking.ts";

/**
 * The FIN of a segment whose header and payload are accounted. Answers true when now both sides have sent theirs, and this one
 * was the second, or changed what is known of the first two.
 */
export function recordFin(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): boolean {
  // A FIN without ACK closes nothing (RFC 9293 3.10.7.4: dropped in all states that could close).
  if ((s.flags & ACK) === 0) return false;
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const end = ((s.seq | 0) + s.payloadLength + 1) | 0;
  const f = w[b + L.FLAGS];
  if ((f & (L.FIN_0 << side)) === 0) {
    if (k.plainSeen && Math.abs(ahead(end, w[x + L.SND])) > REACH) {
      // Where its data is missing the peer's acknowledgements tell how far the side has come.
      if (Math.abs(ahead(end, lastAck(k.rare, w, b, side ^ 1))) > REACH) return false;
      w[x + L.BITS] |= L.INEXACT;
    }
    appendLetter(w, b, LETTER_F, side);
    takeFin(w, b, side, s, end);
    return (w[b + L.FLAGS] & (L.FIN_0 << (side ^ 1))) !== 0;
  }
  if (end !== w[b + L.FIN_END_OF + side]) return otherFin(k, w, b, side, s, end);
  noteRepeat(w, x, s.seq | 0);
  if ((f & (L.FIN_0 << (side ^ 1))) === 0 || ahead(s.ack, w[b + L.FIN_END_OF + (side ^ 1)]) < 0) return false;
  w[b + L.MARKS] |= L.FIN_ACKED_LATER;
  return true;
}

/** Both sides have sent their FIN, the last of them now. */
export function endByFins(w: Int32Array, t: Float64Array, b: number, s: Segment): void {
  w[b + L.FLAGS] = (w[b + L.FLAGS] & ~(L.STATE | L.BY_ICMP)) | L.ENDED | L.BY_FIN;
  w[b + L.END_TIME] = endTime(t, b, s.timeUs);
}

/** This is the side's FIN: the first of the two, or the second that answers it. */
function takeFin(w: Int32Array, b: number, side: number, s: Segment, end: number): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  let f = w[b + L.FLAGS] | (L.FIN_0 << side);
  w[b + L.FIN_END_OF + side] = end;
  if ((w[x + L.BITS] & L.HAS_SEQ) === 0 || ahead(end, w[x + L.SND]) > 0) w[x + L.SND] = end;
  w[x + L.LAST_SEQ] = s.seq;
  w[x + L.TRIES] = (w[x + L.TRIES] & ~0xff00) | 0x100;
  if ((f & L.STATE) === L.ENDED && (f & L.BY_RST) !== 0) f |= L.FIN_AFTER_0 << side;
  if ((f & (L.FIN_0 << (side ^ 1))) === 0) {
    f = side === 0 ? f & ~L.FIN_FIRST_1 : f | L.FIN_FIRST_1;
    const sinceSynAck = ((s.timeUs | 0) - w[b + L.EVENT_TIME]) >>> 0;
    if (((w[x + L.BITS] | w[y + L.BITS]) & L.SENT_SYNACK) !== 0 && sinceSynAck <= SOON_US) f |= L.FIN_SOON;
    w[b + L.EVENT_TIME] = s.timeUs;
    w[b + L.FIN_ACK] = s.ack;
  } else {
    if (ahead(s.ack, w[b + L.FIN_END_OF + (side ^ 1)]) >= 0) f |= L.FIN_ACKS_0 << side;
    if (ahead(w[b + L.FIN_ACK], end) >= 0) f |= L.FIN_ACKS_0 << (side ^ 1);
    if (ahead((end - 1) | 0, w[b + L.FIN_ACK]) > 0) f |= L.FIN_BEYOND_0 << side;
    if (ahead((w[b + L.FIN_END_OF + (side ^ 1)] - 1) | 0, s.ack | 0) > 0) f |= L.FIN_BEYOND_0 << (side ^ 1);
  }
  w[b + L.FLAGS] = f;
}

/**
 * A FIN with another number than the side's first. Of two that cannot both be, the one counts that the peer's acknowledgement
 * meets; where neither is met, the one within reach of what the side sent before.
 */
function otherFin(k: Tracking, w: Int32Array, b: number, side: number, s: Segment, end: number): boolean {
  appendLetter(w, b, LETTER_F, side);
  if (k.plainSeen) return false;
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  if (meets(w, b, side, w[b + L.FIN_END_OF + side])) return false;
  const nearer =
    Math.abs(ahead(end, w[b + L.ISN_OF + side])) < Math.abs(ahead(w[b + L.FIN_END_OF + side], w[b + L.ISN_OF + side]));
  if (!meets(w, b, side, end) && !((w[x + L.BITS] & L.HAS_ISN) !== 0 && nearer)) {
    const at = k.rare.of(w, b);
    if (at >= 0) {
      k.rare.records.words[at + FIN_ALTERNATIVE_OF + side] = end;
      k.rare.records.words[at + RARE_BITS] |= FIN_ALTERNATIVE << side;
    }
    return false;
  }
  replaceFin(w, b, side, s, end);
  return (w[b + L.FLAGS] & (L.FIN_0 << (side ^ 1))) !== 0;
}

/** Has the peer acknowledged this FIN, or all before it? */
function meets(w: Int32Array, b: number, side: number, end: number): boolean {
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  if ((w[y + L.BITS] & L.HAS_ACK) === 0) return false;
  const ack = w[y + L.ACKED];
  return ack === end || ((ack + 1) | 0) === end;
}

function replaceFin(w: Int32Array, b: number, side: number, s: Segment, end: number): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const both = L.FIN_ACKS_0 | L.FIN_ACKS_1 | L.FIN_BEYOND_0 | L.FIN_BEYOND_1;
  const wasFirst = (w[b + L.FLAGS] & L.FIN_FIRST_1) === (side === 0 ? 0 : L.FIN_FIRST_1);
  w[b + L.FLAGS] &= ~((L.FIN_0 << side) | both);
  // The peer's FIN is the first that counts; what it acknowledged is its highest acknowledgement then.
  if (wasFirst && (w[b + L.FLAGS] & (L.FIN_0 << (side ^ 1))) !== 0) {
    w[b + L.FLAGS] ^= L.FIN_FIRST_1;
    w[b + L.FIN_ACK] = w[b + L.SIDE + (side ^ 1) * L.SIDE_WORDS + L.ACKED];
  }
  w[x + L.SND] = end;
  takeFin(w, b, side, s, end);
}

/** After the peer's FIN arrived: was the FIN that waits as an alternative the one that it acknowledges? */
export function settleAlternative(k: Tracking, w: Int32Array, b: number, side: number): void {
  const at = k.rare.find(w, b);
  if (at < 0 || (k.rare.records.words[at + RARE_BITS] & (FIN_ALTERNATIVE << side)) === 0) return;
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const end = k.rare.records.words[at + FIN_ALTERNATIVE_OF + side];
  if (meets(w, b, side, w[b + L.FIN_END_OF + side]) || !meets(w, b, side, end)) return;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  w[b + L.FIN_END_OF + side] = end;
  w[x + L.SND] = end;
  if (ahead(w[y + L.ACKED], end) >= 0) w[b + L.FLAGS] |= L.FIN_ACKS_0 << (side ^ 1);
}

/** New payload of `side` behind the peer's FIN, in a segment that acknowledges it and comes before its own FIN. */
export function noteHalfClose(w: Int32Array, b: number, side: number, s: Segment): void {
  const f = w[b + L.FLAGS];
  if ((f & (L.FIN_0 << (side ^ 1))) === 0 || (f & (L.FIN_0 << side)) !== 0) return;
  if (ahead(s.ack, w[b + L.FIN_END_OF + (side ^ 1)]) >= 0) w[b + L.FLAGS] |= L.HALF_CLOSE_0 << side;
}
