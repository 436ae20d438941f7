import { ACK, FIN, SYN, type Segment } from "@hangup/packets";
import { lastAck } from "./accounting.ts";
import { endTime } from "./end-time.ts";
import { appendLetter, appendOnce } from "./history.ts";
import * as L from "./layout.ts";
import { LETTER_I, LETTER_Q, LETTER_R } from "./letters.ts";
import * as R from "./rare-facts.ts";
import { FORM_ABORT, FORM_REFUSE, formOf } from "./rst-form.ts";
import { ahead } from "./sequence.ts";
import { silenceUs, silenceWord } from "./silence.ts";
import type { Tracking } from "./tracking.ts";

/** What `recordRst` found the RST to be. */
export const RST_TRAILED = 0;
/** It ends the row (perhaps: what follows may show that it was ignored). */
export const RST_ENDS = 1;
/** It came behind the one that ends the row. */
export const RST_LATE = 2;

const TWINS_US = 1_000_000;
/**
 * IP-IDs are a series of the connection's own after this many packets; and only for so long after the last, since a counter of
 * the whole host goes on meanwhile.
 */
const SERIES_PACKETS = 5;
const SERIES_US = 100_000;
const MAX = 0x7fffffff;

/** Keeps the facts of a RST, before its header is accounted, and says what it does to the row. */
export function recordRst(k: Tracking, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): number {
  const f = w[b + L.FLAGS];
  const state = f & L.STATE;
  if ((f & L.RST_SEEN) === 0) w[b + L.FLAGS] |= L.RST_SEEN | (side === 0 ? 0 : L.FIRST_RST_IS_1);
  w[b + L.SIDE + side * L.SIDE_WORDS + L.BITS] |= L.SENT_RST;
  if ((s.flags & SYN) !== 0) appendOnce(w, b, LETTER_Q, side);
  if ((s.flags & FIN) !== 0) appendOnce(w, b, LETTER_I, side);
  const at = k.rare.of(w, b);
  if (at < 0) {
    if (state === L.OPEN) endByRst(w, t, b, s.timeUs);
    return state === L.OPEN ? RST_ENDS : RST_LATE;
  }
  const rare = k.rare.records.words;
  rare[at + R.RST_COUNTS] += 1 << 16;
  const known = sameRst(k, at, side, s);
  if (known !== 0) {
    rare[at + R.RARE_BITS] |= R.RST_AGAIN;
    const first = known * R.RST_STRIDE;
    if (known === rare[at + R.ENDING] && s.timeUs - k.rare.rsts.times[first >> 1] <= TWINS_US)
      rare[at + R.RARE_BITS] |= R.RST_TWINS;
    if (state !== L.OPEN) return RST_LATE;
  } else if (!isLastNumber(k, at, side, s)) appendLetter(w, b, LETTER_R, side);
  const index = known !== 0 ? known : keep(k, w, t, b, side, s, at);
  if ((f & L.BY_FIN) !== 0) {
    rare[at + R.RARE_BITS] |= R.RST_TRAILING;
    if (index !== 0) k.rare.rsts.words[index * R.RST_STRIDE + R.RST_BITS] |= R.TRAILS;
    return RST_TRAILED;
  }
  if (state === L.JUDGED) return RST_LATE;
  if (state === L.ENDED && (f & L.BY_RST) !== 0) {
    if (isRefusalBeside(w, b, side, s)) w[b + L.FLAGS] |= L.TWO_ANSWERS;
    return RST_LATE;
  }
  if (isRefusalBeside(w, b, side, s)) w[b + L.FLAGS] |= L.TWO_ANSWERS;
  let ending = index;
  if ((rare[at + R.RARE_BITS] & R.SUSPECT) !== 0) {
    // Its sender answers the peer's answer: the RST+ACK before, beyond all that was seen of it, was its own.
    const suspect = rare[at + R.SUSPECT_RST];
    const words = k.rare.rsts.words;
    const own = (words[suspect * R.RST_STRIDE + R.RST_BITS] & R.BY_SIDE_1) === side;
    if (own && (s.flags & ACK) === 0 && s.seq === lastAck(k.rare, w, b, side ^ 1) >>> 0) {
      ending = suspect;
      words[suspect * R.RST_STRIDE + R.RST_BITS] &= ~R.IGNORED;
      rare[at + R.RST_COUNTS] -= 1;
    }
    if (own) rare[at + R.RARE_BITS] &= ~R.SUSPECT;
  }
  rare[at + R.ENDING] = ending;
  rare[at + R.RARE_BITS] &= ~R.OF_ENDING;
  endByRst(w, t, b, ending === 0 ? s.timeUs : k.rare.rsts.times[(ending * R.RST_STRIDE) >> 1]);
  return RST_ENDS;
}

function endByRst(w: Int32Array, t: Float64Array, b: number, timeUs: number): void {
  w[b + L.FLAGS] = (w[b + L.FLAGS] & ~(L.STATE | L.BY_ICMP | L.BY_FIN)) | L.ENDED | L.BY_RST;
  w[b + L.END_TIME] = endTime(t, b, timeUs);
}

/** A refusal of the SYN whose SYN-ACK is there too, with no copy of the SYN between them. */
function isRefusalBeside(w: Int32Array, b: number, side: number, s: Segment): boolean {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  if (formOf(s) !== FORM_REFUSE || (w[x + L.BITS] & L.SENT_SYNACK) === 0 || (w[y + L.BITS] & L.SENT_SYN) === 0)
    return false;
  return w[b + L.COUNTS] >>> 24 === 1 && ahead(s.ack, w[b + L.ISN_OF + (side ^ 1)]) === 1;
}

/** Index of the kept RST of the same side with the same numbers and flags, or 0. */
function sameRst(k: Tracking, at: number, side: number, s: Segment): number {
  const { words } = k.rare.rsts;
  for (let i = 0; i < R.KEPT_RSTS; i++) {
    const index = k.rare.records.words[at + R.RSTS + i];
    if (index === 0) break;
    const r = index * R.RST_STRIDE;
    const same =
      (words[r + R.RST_BITS] & R.BY_SIDE_1) === side &&
      words[r + R.RST_SEQ] === (s.seq | 0) &&
      words[r + R.RST_ACK] === (s.ack | 0) &&
      (words[r + R.RST_HEAD] & 255) === s.flags;
    if (same) return index;
  }
  return 0;
}

/** Whether the side's RST that was kept last has this number: then the history has its letter. */
function isLastNumber(k: Tracking, at: number, side: number, s: Segment): boolean {
  const { words } = k.rare.rsts;
  for (let i = R.KEPT_RSTS - 1; i >= 0; i--) {
    const r = k.rare.records.words[at + R.RSTS + i] * R.RST_STRIDE;
    if (r !== 0 && (words[r + R.RST_BITS] & R.BY_SIDE_1) === side) return words[r + R.RST_SEQ] === (s.seq | 0);
  }
  return false;
}

/** Takes a place among the kept RSTs and fills it; 0 when there is none left. */
function keep(k: Tracking, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment, at: number): number {
  const rare = k.rare.records.words;
  let place = 0;
  while (place < R.KEPT_RSTS && rare[at + R.RSTS + place] !== 0) place++;
  let index = 0;
  if (place === 0 || (place < R.KEPT_RSTS && k.rare.hasRoomForMoreRsts)) {
    index = k.rare.rsts.allocate();
    rare[at + R.RSTS + place] = index;
  } else if ((w[b + L.FLAGS] & L.STATE) === L.OPEN) {
    // Full of ignored ones, and this may be the one that ends it: it takes the last place.
    index = rare[at + R.RSTS + place - 1];
  }
  if (index !== 0) fill(k, w, t, b, side, s, index);
  return index;
}

function fill(k: Tracking, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment, index: number): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const xBits = w[x + L.BITS];
  const yBits = w[y + L.BITS];
  const seq = s.seq | 0;
  const form = formOf(s);
  const words = k.rare.rsts.words;
  const r = index * R.RST_STRIDE;
  k.rare.rsts.times[r >> 1] = s.timeUs;
  words[r + R.RST_SEQ] = seq;
  words[r + R.RST_ACK] = s.ack;
  words[r + R.RST_HEAD] = s.flags | (s.ttl << 8) | (s.tos << 16) | (form << 24);
  words[r + R.RST_WINDOW] = s.window | ((s.ipId & 0xffff) << 16);
  words[r + R.RST_LENGTHS] = (s.ipLength & 0xffff) | (Math.min(s.payloadLength, 0xffff) << 16);
  words[r + R.RST_SND_X] = w[x + L.SND];
  words[r + R.RST_ACK_X] = w[x + L.ACKED];
  words[r + R.RST_SND_Y] = w[y + L.SND];
  words[r + R.RST_ACK_Y] = w[y + L.ACKED];
  words[r + R.RST_BYTES_X] = w[x + L.BYTES];
  words[r + R.RST_BYTES_Y] = w[y + L.BYTES];
  const trigger = lastAck(k.rare, w, b, side ^ 1);
  words[r + R.RST_LAST_ACK_Y] = trigger;
  words[r + R.RST_FLAGS_THEN] = w[b + L.FLAGS];
  words[r + R.RST_IPID_BEFORE] = xBits >>> 16;
  words[r + R.RST_COUNTED] =
    (w[x + L.TRIES] & 255) | (((w[b + L.COUNTS] >>> 16) & 255) << 8) | ((s.mptcpResetReason + 1) << 16);
  // Where it takes the place of an ignored one, that one's goes.
  k.rare.releasePayload(index);
  k.rare.keepPayload(index, s);
  const gap = Math.max(0, s.timeUs - t[(b + L.LAST_TIME) >> 1]);
  // An answer comes a round trip after the segment that drew it: the silence that matters lies before that.
  const answers = form !== FORM_ABORT && (w[b + L.FLAGS] & L.LAST_IS_1) === (side === 0 ? L.LAST_IS_1 : 0);
  words[r + R.RST_IDLE] = silenceWord(answers ? Math.max(gap, silenceUs(w[b + L.GAP])) : gap);
  const synAck = (xBits | yBits) & L.SENT_SYNACK;
  const finSeen = (w[b + L.FLAGS] & (L.FIN_0 | L.FIN_1)) !== 0;
  words[r + R.RST_SINCE_SYNACK] =
    synAck !== 0 && !finSeen ? Math.min(MAX, ((s.timeUs | 0) - w[b + L.EVENT_TIME]) >>> 0) : -1;
  words[r + R.RST_SINCE_DATA] =
    (w[b + L.FLAGS] & (L.PAYLOAD_0 | L.PAYLOAD_1)) !== 0
      ? Math.min(MAX, ((s.timeUs | 0) - w[b + L.DATA_TIME]) >>> 0)
      : -1;
  let bits = side;
  if (s.hasOptions) bits |= R.RST_HAS_OPTIONS;
  if (s.hasTimestamp) bits |= R.RST_HAS_TIMESTAMP;
  if (s.ipId >= 0) bits |= R.RST_HAS_IPID;
  if ((xBits & L.WINDOW_ZERO) !== 0) bits |= R.X_WINDOW_ZERO;
  if ((xBits & L.HAS_SEQ) !== 0) bits |= R.X_HAS_SEQ;
  if ((xBits & L.HAS_ACK) !== 0) bits |= R.X_HAS_ACK;
  if ((yBits & L.HAS_SEQ) !== 0) bits |= R.Y_HAS_SEQ;
  if ((yBits & L.HAS_ACK) !== 0) bits |= R.Y_HAS_ACK;
  if ((xBits & L.SPOKE) !== 0) bits |= R.X_SPOKE;
  if ((yBits & L.SPOKE) !== 0) bits |= R.Y_SPOKE;
  if ((xBits & L.TIMESTAMPS) !== 0) bits |= R.X_TIMESTAMPS;
  const series = (xBits & (L.HAS_IPID | L.IPID_JUMPS)) === L.HAS_IPID && w[x + L.PACKETS] >= SERIES_PACKETS;
  if (series && gap <= SERIES_US) bits |= R.X_IPID_SERIES;
  if ((w[b + L.MARKS] & L.SYN_THEN_RST) !== 0) bits |= R.AFTER_OTHER_SYN;
  if ((yBits & (L.HAS_ACK | L.STALE_ACK)) !== 0 && seq === trigger) bits |= R.SEQ_IS_LAST_ACK;
  if (k.plainSeen && (xBits & L.HAS_SEQ) !== 0) {
    if (ahead(seq, w[x + L.SND]) > 0) bits |= R.BEYOND_SND;
    if ((yBits & L.HAS_ACK) !== 0 && ahead(seq, w[y + L.ACKED]) < 0) bits |= R.BELOW_ACK;
  }
  const packets = w[x + L.PACKETS] + w[y + L.PACKETS];
  if (packets === 0) bits |= R.FIRST_PACKET;
  if (packets === 1 && w[x + L.PACKETS] === 0 && (yBits & (L.SENT_SYN | L.SENT_SYNACK)) === 0) bits |= R.LONE_TRIGGER;
  words[r + R.RST_BITS] = bits;
}
