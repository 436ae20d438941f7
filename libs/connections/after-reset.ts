import type { Segment } from "@hangup/packets";
import * as L from "./layout.ts";
import * as R from "./rare-facts.ts";
import { FORM_REFUSE } from "./rst-form.ts";
import { ahead } from "./sequence.ts";
import type { Tracking } from "./tracking.ts";

/** Where the round trip to the sender is not known: how late after its own RST nothing of it can be under way any more. */
const UNKNOWN_TRIP_US = 100_000;
const SHORTEST_TRIP_US = 20_000;
/** Data that the RST overtook comes at most this much later. */
const OVERTAKEN_US = 200_000;

/**
 * A segment without SYN and RST behind the RST that ended the row, its header and payload accounted (`fresh` new bytes). Answers true
 * when it shows that the RST was ignored: the row goes on.
 */
export function noteAfterRst(k: Tracking, w: Int32Array, b: number, side: number, s: Segment, fresh: number): boolean {
  const at = k.rare.find(w, b);
  if (at < 0) return false;
  const rare = k.rare.records.words;
  const ending = rare[at + R.ENDING];
  if (ending === 0) return false;
  const { words, times } = k.rare.rsts;
  const r = ending * R.RST_STRIDE;
  const bits = words[r + R.RST_BITS];
  const since = s.timeUs - times[r >> 1];
  if ((bits & R.BY_SIDE_1) !== side) {
    const more = fresh > 0 && (!hasAck(words, r) || ahead((s.seq + s.payloadLength) | 0, words[r + R.RST_ACK]) > 0);
    if (more) rare[at + R.RARE_BITS] |= R.PEER_SENT_MORE;
    return peerWentOn(w, b, side, bits, since);
  }

  const seq = words[r + R.RST_SEQ];
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  if ((bits & R.BEYOND_SND) !== 0 && w[x + L.SND] === seq && since <= OVERTAKEN_US) {
    words[r + R.RST_BITS] = bits & ~R.BEYOND_SND;
    return false;
  }
  if (completesHandshake(w, b, side, s, words, r)) return true;
  const beyond = ahead((s.seq + s.payloadLength) | 0, seq) > 0;
  const exact = (bits & R.X_HAS_SEQ) === 0 || ahead(seq, words[r + R.RST_SND_X]) >= 0;
  if (fresh > 0 && beyond && ahead(s.seq, seq) >= 0 && exact) rare[at + R.RARE_BITS] |= R.GOES_ON;
  else if (since > tripOf(w, b, side)) rare[at + R.RARE_BITS] |= R.GOES_ON;
  return false;
}

/** The receiver sends on: where the RST was out of its window that is the proof that it did not believe it. */
function peerWentOn(w: Int32Array, b: number, side: number, bits: number, since: number): boolean {
  const outside = (bits & (R.BEYOND_SND | R.BELOW_ACK)) !== 0 && (bits & R.SEQ_IS_LAST_ACK) === 0;
  if (!outside) return false;
  // What it had sent before the RST can have reached it proves nothing.
  const trip = roundTrip(w, b, side);
  return trip < 0 || since > trip / 2;
}

function hasAck(words: Int32Array, r: number): boolean {
  return (words[r + R.RST_HEAD] & 16) !== 0;
}

/** C's RST of another number before the handshake answered a misfit: its own ACK to the SYN-ACK shows that it lives on. */
function completesHandshake(w: Int32Array, b: number, side: number, s: Segment, words: Int32Array, r: number): boolean {
  const then = words[r + R.RST_FLAGS_THEN];
  if ((then & L.HANDSHAKE) !== 0 || (then & L.CLIENT_KNOWN) === 0) return false;
  if (side !== ((then & L.CLIENT_IS_1) === 0 ? 0 : 1)) return false;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const next = (w[b + L.ISN_OF + side] + 1) | 0;
  return (
    (w[y + L.BITS] & L.SENT_SYNACK) !== 0 &&
    words[r + R.RST_SEQ] !== next &&
    (s.seq | 0) === next &&
    ahead(s.ack, w[b + L.ISN_OF + (side ^ 1)]) === 1
  );
}

/** The client's SYN came again behind the RST. Answers true when that shows that the RST was ignored. */
export function noteSynAfterRst(k: Tracking, w: Int32Array, b: number, side: number): boolean {
  const at = k.rare.find(w, b);
  if (at < 0 || k.rare.records.words[at + R.ENDING] === 0) return false;
  const { words } = k.rare.rsts;
  const r = k.rare.records.words[at + R.ENDING] * R.RST_STRIDE;
  if ((words[r + R.RST_BITS] & R.BY_SIDE_1) !== side) {
    if (isDropped(w, b, side, words, r)) return true;
    w[b + L.FLAGS] |= L.SYN_AGAIN;
    return false;
  }
  const next = (w[b + L.ISN_OF + side] + 1) | 0;
  return (words[r + R.RST_FLAGS_THEN] & L.HANDSHAKE) === 0 && words[r + R.RST_SEQ] !== next;
}

/** In SYN-SENT a RST counts only where it acknowledges the SYN (RFC 9293 3.10.7.3). */
function isDropped(w: Int32Array, b: number, side: number, words: Int32Array, r: number): boolean {
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  if ((w[y + L.BITS] & (L.SENT_SYN | L.SENT_SYNACK)) !== 0) return false;
  if (!hasAck(words, r)) return true;
  const ack = words[r + R.RST_ACK];
  return ahead(ack, w[b + L.ISN_OF + side]) <= 0 || ahead(ack, words[r + R.RST_SND_Y]) > 0;
}

/** A SYN-ACK that fits came behind the RST. Answers true when the refusals before it were ignored. */
export function noteSynAckAfterRst(k: Tracking, w: Int32Array, b: number, side: number): boolean {
  const at = k.rare.find(w, b);
  if (at < 0 || k.rare.records.words[at + R.ENDING] === 0) return false;
  const { words } = k.rare.rsts;
  const r = k.rare.records.words[at + R.ENDING] * R.RST_STRIDE;
  if ((words[r + R.RST_BITS] & R.BY_SIDE_1) !== side || words[r + R.RST_HEAD] >>> 24 !== FORM_REFUSE) return false;
  if ((w[b + L.FLAGS] & L.SYN_AGAIN) !== 0) return true;
  w[b + L.FLAGS] |= L.TWO_ANSWERS;
  return false;
}

/** Takes the ending back: the RST was ignored and the row goes on. */
export function ignore(k: Tracking, w: Int32Array, b: number): void {
  w[b + L.FLAGS] &= ~(L.STATE | L.BY_RST | L.SYN_AGAIN | L.FIN_AFTER_0 | L.FIN_AFTER_1);
  // Nothing came late: there was no end.
  w[b + L.COUNTS] &= ~0xffff;
  const at = k.rare.find(w, b);
  if (at < 0) return;
  const rare = k.rare.records.words;
  const ending = rare[at + R.ENDING];
  if (ending !== 0) {
    const { words } = k.rare.rsts;
    const r = ending * R.RST_STRIDE;
    words[r + R.RST_BITS] |= R.IGNORED;
    if (hasAck(words, r) && (words[r + R.RST_BITS] & R.BEYOND_SND) !== 0) {
      rare[at + R.RARE_BITS] |= R.SUSPECT;
      rare[at + R.SUSPECT_RST] = ending;
    }
  }
  rare[at + R.ENDING] = 0;
  rare[at + R.RST_COUNTS] += 1;
  rare[at + R.RARE_BITS] &= ~R.OF_ENDING;
}

/** Could the RST that ended it yet turn out to be ignored? Then a SYN opens nothing at once. */
export function mayYetGoOn(rare: R.RareFacts, w: Int32Array, b: number): boolean {
  const at = rare.find(w, b);
  if (at < 0 || (w[b + L.FLAGS] & L.STATE) === L.JUDGED) return false;
  const ending = rare.records.words[at + R.ENDING];
  if (ending === 0) return false;
  const bits = rare.rsts.words[ending * R.RST_STRIDE + R.RST_BITS];
  return (bits & (R.BEYOND_SND | R.BELOW_ACK)) !== 0 && (bits & R.SEQ_IS_LAST_ACK) === 0;
}

/** Was this SYN's refusal captured just before it? Nothing else of the tuple was. */
export function wasRefusedBefore(rare: R.RareFacts, w: Int32Array, b: number, side: number, s: Segment): boolean {
  const f = w[b + L.FLAGS];
  if ((f & (L.STATE | L.BY_RST)) !== (L.ENDED | L.BY_RST)) return false;
  if (w[b + L.SIDE + side * L.SIDE_WORDS + L.PACKETS] !== 0) return false;
  const at = rare.find(w, b);
  const ending = at < 0 ? 0 : rare.records.words[at + R.ENDING];
  if (ending === 0) return false;
  const { words, times } = rare.rsts;
  const r = ending * R.RST_STRIDE;
  if ((words[r + R.RST_BITS] & R.FIRST_PACKET) === 0 || words[r + R.RST_HEAD] >>> 24 !== FORM_REFUSE) return false;
  return ahead(words[r + R.RST_ACK], s.seq) === 1 && s.timeUs - times[r >> 1] <= SHORTEST_TRIP_US;
}

/** Both FINs came behind the RST, one acknowledging the other: every RST so far was ignored. */
export function livedOn(w: Int32Array, b: number): boolean {
  const f = w[b + L.FLAGS];
  const after = L.FIN_AFTER_0 | L.FIN_AFTER_1;
  if ((f & after) !== after) return false;
  return (f & (L.FIN_ACKS_0 | L.FIN_ACKS_1)) !== 0 || (w[b + L.MARKS] & L.FIN_ACKED_LATER) !== 0;
}

/** Round trip from here to the side, µs, -1 when unknown. */
function roundTrip(w: Int32Array, b: number, side: number): number {
  const f = w[b + L.FLAGS];
  if ((f & L.CLIENT_KNOWN) === 0) return -1;
  const isClient = ((f & L.CLIENT_IS_1) === 0 ? 0 : 1) === side;
  const trip = w[b + (isClient ? L.RTT_CLIENT : L.RTT_SERVER)];
  return trip === 0 ? -1 : trip;
}

function tripOf(w: Int32Array, b: number, side: number): number {
  const trip = roundTrip(w, b, side);
  return trip < 0 ? UNKNOWN_TRIP_US : Math.max(trip / 2, SHORTEST_TRIP_US);
}
