import { ACK, FIN, RST, SYN, type Segment } from "@hangup/packets";
import { appendLetter, appendOnce } from "./history.ts";
import { noteTimestamps } from "./echoes.ts";
import { addressFingerprint } from "./fingerprints.ts";
import { noteMissing } from "./gaps.ts";
import { isForwarded } from "./hosts.ts";
import * as L from "./layout.ts";
import { LETTER_A, LETTER_D, LETTER_G, LETTER_T, LETTER_W, ONCE_A, ONCE_D } from "./letters.ts";
import { FIRST_WINDOW, IPID_STEP, MOST_COPIES, REACH } from "./limits.ts";
import { STALE_ACK_OF, type RareFacts } from "./rare-facts.ts";
import { talkName } from "./scans.ts";
import { silenceWord } from "./silence.ts";
import type { Tracking } from "./tracking.ts";

/**
 * The facts that every segment has, whatever its flags: counts, TTL, window, acknowledgement, times. RSTs move neither
 * acknowledgements nor windows. Runs after the copies are dropped.
 */
export function accountHeader(k: Tracking, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const { flags } = s;
  w[x + L.PACKETS]++;
  const last = t[(b + L.LAST_TIME) >> 1];
  const gap = s.timeUs - last;
  if (gap > 0) {
    w[b + L.GAP] = silenceWord(gap);
    t[(b + L.LAST_TIME) >> 1] = s.timeUs;
  } else w[b + L.GAP] = 0;
  const f = w[b + L.FLAGS];
  const is1 = side === 0 ? 0 : L.LAST_IS_1;
  if ((f & L.LAST_IS_1) !== is1) w[b + L.FLAGS] = f ^ L.LAST_IS_1;
  // The peer spoke: what was probed is answered.
  if ((w[y + L.TRIES] & 255) !== 0) w[y + L.TRIES] &= ~255;
  if ((flags & RST) !== 0) return;

  let bits = w[x + L.BITS];
  if ((w[x + L.TTLS] & 255) !== s.ttl) bits = noteTtl(k, w, b, side, s.ttl, bits);
  if (s.window === 0 && (flags & SYN) === 0) {
    if ((bits & L.WINDOW_ZERO) === 0) appendOnce(w, b, LETTER_W, side);
    bits |= L.WINDOW_ZERO;
  } else bits &= ~L.WINDOW_ZERO;
  if (s.hasTimestamp) {
    if ((f & L.OPENED_OR_ENDED) === 0 && (flags & SYN) === 0)
      noteTimestamps(w, b, side, s, (bits & L.TIMESTAMPS) !== 0);
    bits |= L.TIMESTAMPS;
  }
  if (s.ipId > 0) {
    const step = (s.ipId - (bits >>> 16)) & 0xffff;
    if ((bits & L.HAS_IPID) !== 0 && step > IPID_STEP) bits |= L.IPID_JUMPS;
    bits = (bits & 0xffff) | L.HAS_IPID | (s.ipId << 16);
  }
  if ((flags & SYN) === 0) bits |= L.SPOKE;
  w[x + L.BITS] = bits;
  if ((flags & ACK) !== 0) {
    const ack = s.ack | 0;
    const step = (ack - w[x + L.ACKED]) | 0;
    if ((bits & L.HAS_ACK) !== 0 && step >= 0 && step <= REACH) {
      w[x + L.ACKED] = ack;
      if ((bits & L.STALE_ACK) !== 0) w[x + L.BITS] = bits & ~L.STALE_ACK;
    } else noteOtherAck(k, w, b, side, x, y, ack);
    if ((f & L.HANDSHAKE) === 0 && (w[y + L.BITS] & L.SENT_SYNACK) !== 0 && (flags & SYN) === 0)
      completeHandshake(k, w, b, side, s);
  }
}

/** A segment after the end. */
export function accountLate(w: Int32Array, b: number): void {
  if ((w[b + L.COUNTS] & 0xffff) !== 0xffff) w[b + L.COUNTS]++;
}

/** Payload and sequence numbers of a segment without SYN and RST; answers how many of its bytes are new. */
export function accountPayload(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): number {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const seq = s.seq | 0;
  const length = s.payloadLength;
  if (length === 0) {
    if ((w[b + L.MARKS] & (ONCE_A << side)) === 0 && (s.flags & (ACK | FIN)) === ACK) appendOnce(w, b, LETTER_A, side);
    if ((w[x + L.BITS] & L.HAS_SEQ) !== 0) {
      const step = (seq - w[x + L.SND]) | 0;
      if (step !== 0) accountEmpty(k, w, b, side, s, step);
    } else firstNumber(w, x, seq);
    return 0;
  }
  if ((w[b + L.MARKS] & (ONCE_D << side)) === 0) firstPayload(k, w, b, side, s);
  const is1 = side === 0 ? 0 : L.LAST_PAYLOAD_IS_1;
  if ((w[b + L.FLAGS] & L.LAST_PAYLOAD_IS_1) !== is1) w[b + L.FLAGS] ^= L.LAST_PAYLOAD_IS_1;
  if ((w[x + L.BITS] & L.HAS_SEQ) === 0) firstNumber(w, x, seq);
  const step = (seq - w[x + L.SND]) | 0;
  if (step !== 0) return accountOutOfLine(k, w, b, side, s, step);
  w[x + L.SND] = (seq + length) | 0;
  w[x + L.LAST_SEQ] = seq;
  w[x + L.TRIES] = (w[x + L.TRIES] & ~0xff00) | 0x100;
  addBytes(w, b, side, x, length);
  return length;
}

/** The side's numbers begin here, mid-stream. */
function firstNumber(w: Int32Array, x: number, seq: number): void {
  w[x + L.SND] = seq;
  w[x + L.BITS] |= L.HAS_SEQ;
}

/** The server has acknowledged what the SYN of `side` carried (TCP Fast Open, RFC 7413): the side has spoken. */
export function acceptSynPayload(k: Tracking, w: Int32Array, b: number, side: number): void {
  const f = w[b + L.FLAGS];
  w[b + L.DATA_TIME] = w[b + L.EVENT_TIME];
  w[b + L.FLAGS] = (f & ~L.LAST_PAYLOAD_IS_1) | (side === 0 ? L.PAYLOAD_0 : L.PAYLOAD_1 | L.LAST_PAYLOAD_IS_1);
  if ((f & (L.PAYLOAD_0 | L.PAYLOAD_1)) === 0) noteTalk(k, w, b, side);
}

function firstPayload(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void {
  appendOnce(w, b, LETTER_D, side);
  const f = w[b + L.FLAGS];
  const client = (f & L.CLIENT_KNOWN) === 0 ? -1 : (f & L.CLIENT_IS_1) === 0 ? 0 : 1;
  if (client === side || (client < 0 && (f & (L.PAYLOAD_0 | L.PAYLOAD_1)) === 0)) w[b + L.DATA_TIME] = s.timeUs;
  w[b + L.FLAGS] = f | (side === 0 ? L.PAYLOAD_0 : L.PAYLOAD_1);
  if ((f & (L.PAYLOAD_0 | L.PAYLOAD_1)) !== 0) return;
  if (client !== 1) noteTalk(k, w, b, 0);
  if (client !== 0) noteTalk(k, w, b, 1);
}

/** Data passes between `source` and the port of the other side: whatever else the source does there, it does not scan it. */
function noteTalk(k: Tracking, w: Int32Array, b: number, source: number): void {
  const context = w[b + L.CONTEXT];
  const ports = w[b + L.PORTS];
  k.notes.talk(
    talkName(
      addressFingerprint(w, b + L.ADDRESS + source * 4, context),
      addressFingerprint(w, b + L.ADDRESS + (source ^ 1) * 4, context),
      source === 0 ? ports & 0xffff : ports >>> 16,
    ),
  );
}

function addBytes(w: Int32Array, b: number, side: number, x: number, length: number): void {
  const before = w[x + L.BYTES] >>> 0;
  const after = (before + length) >>> 0;
  w[x + L.BYTES] = after;
  if (after >= before) return;
  const shift = side === 0 ? L.WRAPS_SHIFT_0 : L.WRAPS_SHIFT_1;
  if (((w[b + L.MARKS] >>> shift) & 3) === 3) w[x + L.BITS] |= L.INEXACT;
  else w[b + L.MARKS] += 1 << shift;
}

/** A segment without payload whose number is not the next one: a probe, an ACK that overtook data, or an old one. */
function accountEmpty(k: Tracking, w: Int32Array, b: number, side: number, s: Segment, step: number): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const seq = s.seq | 0;
  if (step === -1) {
    // A FIN that comes again is counted where FINs are.
    if ((s.flags & FIN) === 0) noteProbe(w, x, seq);
  } else if (step > 0) {
    if (step <= REACH) noteMissing(k, w, b, side, s);
    else if (k.rare.continuesStray(w, b, side, seq, seq)) w[x + L.BITS] |= L.INEXACT;
    else return;
    w[x + L.SND] = seq;
  }
}

/** Payload behind or beyond the next number: answers the new bytes in it. */
function accountOutOfLine(k: Tracking, w: Int32Array, b: number, side: number, s: Segment, step: number): number {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const seq = s.seq | 0;
  const length = s.payloadLength;
  const end = (seq + length) | 0;
  if (step > 0) {
    if (step <= REACH) noteMissing(k, w, b, side, s);
    else if (k.rare.continuesStray(w, b, side, seq, end)) w[x + L.BITS] |= L.INEXACT;
    else return 0;
    appendOnce(w, b, LETTER_G, side);
    w[x + L.SND] = end;
    w[x + L.LAST_SEQ] = seq;
    w[x + L.TRIES] = (w[x + L.TRIES] & ~0xff00) | 0x100;
    addBytes(w, b, side, x, length);
    return length;
  }
  if (step < -REACH) {
    // A number out of all reach behind: no retransmission of anything that could still matter.
    if (k.rare.continuesStray(w, b, side, seq, end)) {
      w[x + L.BITS] |= L.INEXACT;
      w[x + L.SND] = end;
    }
    return 0;
  }
  let fresh = Math.max(0, step + length);
  if (fresh > 0) w[x + L.SND] = end;
  if ((w[x + L.BITS] & L.HOLES) !== 0) fresh += k.rare.fillHoles(w, b, side, seq, end);
  if (fresh > 0) addBytes(w, b, side, x, fresh);
  if (fresh < length) {
    if (step === -1 && length === 1) noteProbe(w, x, seq);
    else noteRepeat(w, x, seq);
    if (isPowerOfTen(w[x + L.TRIES] >>> 16)) appendLetter(w, b, LETTER_T, side);
    else appendOnce(w, b, LETTER_T, side);
  }
  return fresh;
}

/** Zeek tells of the 10th, the 100th retransmission and so on again. */
function isPowerOfTen(count: number): boolean {
  return count === 10 || count === 100 || count === 1000 || count === 10_000;
}

function noteProbe(w: Int32Array, x: number, seq: number): void {
  const v = w[x + L.TRIES];
  const repeats = w[x + L.LAST_SEQ] === seq ? Math.min(255, ((v >>> 8) & 255) + 1) : 1;
  w[x + L.LAST_SEQ] = seq;
  w[x + L.TRIES] = (v & 0xffff0000) | (repeats << 8) | Math.min(255, (v & 255) + 1);
}

/** A segment that wants an answer was sent again. The first sending counts even where others came between. */
export function noteRepeat(w: Int32Array, x: number, seq: number): void {
  const v = w[x + L.TRIES];
  const repeats = w[x + L.LAST_SEQ] === seq ? Math.min(255, ((v >>> 8) & 255) + 1) : 2;
  w[x + L.LAST_SEQ] = seq;
  w[x + L.TRIES] = (Math.min(0xffff, (v >>> 16) + 1) << 16) | (repeats << 8) | (v & 255);
}

/** A copy tells nothing but that there are copies, and the TTL that it has where it was captured. */
export function noteCopy(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void {
  if (w[b + L.COPIES] >>> L.COPIES_SHIFT < MOST_COPIES) w[b + L.COPIES] += 1 << L.COPIES_SHIFT;
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  if ((s.flags & RST) === 0 && (w[x + L.TTLS] & 255) !== s.ttl)
    w[x + L.BITS] = noteTtl(k, w, b, side, s.ttl, w[x + L.BITS]);
}

function noteTtl(k: Tracking, w: Int32Array, b: number, side: number, ttl: number, bits: number): number {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const set = w[x + L.TTLS];
  for (let shift = 0; shift < 32; shift += 8) {
    const known = (set >>> shift) & 255;
    if (known === ttl) return bits;
    if (known === 0) {
      // A TTL of 0 is on no living packet; it stands for "no more".
      w[x + L.TTLS] = set | (ttl << shift);
      // One that no stack begins with says that the address lies behind a router.
      if (isForwarded(ttl)) k.notes.forwarded(addressFingerprint(w, b + L.ADDRESS + side * 4, w[b + L.CONTEXT]));
      return bits;
    }
  }
  return bits | L.TTL_OVERFLOW;
}

function noteOtherAck(k: Tracking, w: Int32Array, b: number, side: number, x: number, y: number, ack: number): void {
  const bits = w[x + L.BITS];
  const yBits = w[y + L.BITS];
  const first = (bits & L.HAS_ACK) === 0;
  const beyond = (yBits & L.HAS_SEQ) !== 0 ? (ack - w[y + L.SND]) | 0 : 0;
  // Beyond what the peer can have sent: an answer to nothing. Without payload in the capture (flags only) all is possible.
  const bogus = k.plainSeen && (beyond > REACH || (first && beyond < -REACH));
  if (!bogus && (first || ((ack - w[x + L.ACKED]) | 0) >= 0)) {
    w[x + L.ACKED] = ack;
    w[x + L.BITS] = (bits | L.HAS_ACK) & ~L.STALE_ACK;
  } else k.rare.setStaleAck(w, b, side, ack);
}

function completeHandshake(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void {
  const next = (w[b + L.ISN_OF + (side ^ 1)] + 1) | 0;
  const beyond = (s.ack - next) | 0;
  // Of a peer that has said nothing yet the first window is the most that the capture can have missed.
  const reach = w[b + L.SIDE + (side ^ 1) * L.SIDE_WORDS + L.SND] === next ? FIRST_WINDOW : REACH;
  if (beyond < 0 || (beyond > reach && k.plainSeen)) return;
  w[b + L.FLAGS] |= L.HANDSHAKE;
  if ((w[b + L.FLAGS] & (L.FIN_0 | L.FIN_1)) === 0) {
    const rtt = ((s.timeUs | 0) - w[b + L.EVENT_TIME]) >>> 0;
    w[b + L.RTT_CLIENT] = rtt > 0x7fffffff ? 0x7fffffff : rtt;
  }
}

/** The acknowledgement that the side sent last. */
export function lastAck(rare: RareFacts, w: Int32Array, b: number, side: number): number {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  if ((w[x + L.BITS] & L.STALE_ACK) === 0) return w[x + L.ACKED];
  const at = rare.find(w, b);
  return at < 0 ? w[x + L.ACKED] : rare.records.words[at + STALE_ACK_OF + side];
}
