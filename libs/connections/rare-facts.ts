import type { Segment } from "@hangup/packets";
import { PAYLOAD_KEPT, type RstFacts } from "./ended.ts";
import { Holes } from "./holes.ts";
import { BITS, EXTRA, HOLES, INEXACT, SIDE, SIDE_WORDS, STALE_ACK, STRAYED } from "./layout.ts";
import { Pool } from "./pool.ts";

/** RSTs of a connection whose header facts are kept. */
export const KEPT_RSTS = 4;

// Words of a record of rare facts. Those by side take two words, side 0 first.
/** The kept RSTs, in order of capture: indices in the pool of RSTs, 0 for none. */
export const RSTS = 0;
/** RSTs seen, copies left out << 16 | of these ignored. */
export const RST_COUNTS = 4;
/** The RST that ended the row: index in the pool, 0 for none. */
export const ENDING = 5;
/** Slot + 1 of the SYN that waits for what follows. */
export const PENDING_SLOT = 6;
export const HOLES_OF = 7;
/** The last acknowledgement, where it is lower than the highest. */
export const STALE_ACK_OF = 9;
/** End of a second FIN with another number, where FIN_ALTERNATIVE says so. */
export const FIN_ALTERNATIVE_OF = 11;
/** ICMP error: type << 8 | code. */
export const ICMP_ERROR = 13;
/** End of a segment out of all reach: another that continues it is believed. */
export const STRAY_OF = 14;
export const RARE_BITS = 16;
/** The RST that SUSPECT speaks of: index in the pool. */
export const SUSPECT_RST = 17;
/** Context in which the other direction was captured, where SPLIT_CONTEXT says so. */
export const OTHER_CONTEXT = 18;
const RARE_STRIDE = 20;

// RARE_BITS.
/** The sender of the ending RST went on as if it had sent none. */
export const GOES_ON = 1 << 0;
/** The same RST came again (same side, same number). */
export const RST_AGAIN = 1 << 1;
export const RST_TRAILING = 1 << 2;
/** An identical copy of the ending RST came within 1 s. */
export const RST_TWINS = 1 << 3;
/** A RST+ACK beyond snd(x) passed for a misfit: the next RST of its sender, or late data, may prove that it was its own. */
export const SUSPECT = 1 << 4;
/** Shift by side. */
export const FIN_ALTERNATIVE = 1 << 5;
export const ICMP_QUOTES = 1 << 7;
/** Behind the ending RST new payload of its receiver came that it does not acknowledge. */
export const PEER_SENT_MORE = 1 << 8;
/** A SYN after both FINs drew an ACK and that a RST: all three trail. */
export const SYN_TRAILING = 1 << 9;
/** The two directions pass in different VLANs or tunnels; shift by the side that passes in OTHER_CONTEXT. */
export const SPLIT_CONTEXT = 1 << 10; // and 1 << 11
/** What the ending RST says of others: cleared when it turns out to be ignored. */
export const OF_ENDING = GOES_ON | RST_TWINS | PEER_SENT_MORE;

/** Places for RSTs, by connection: one that no other can take, and one for whoever has several. */
const RSTS_A_CONNECTION = 2;
/** RSTs whose payload is kept at once: 4.5 MB. */
const PAYLOADS = 1 << 16;

/** The side pools: facts that few connections have. Where a pool is at its limit the fact is lost and the row less sharp. */
export class RareFacts {
  readonly records: Pool;
  readonly rsts: Pool;
  /** First bytes of the payload that a RST carries: how many, then the bytes. */
  readonly payloads = new Pool(2 + PAYLOAD_KEPT / 4, PAYLOADS);
  readonly holes = new Holes();
  readonly #connections: number;

  /** @param connections that there can be at once: each may have a record, as in a flood that is refused. */
  constructor(connections: number) {
    this.#connections = connections;
    this.records = new Pool(RARE_STRIDE, connections);
    this.rsts = new Pool(RST_STRIDE, connections * RSTS_A_CONNECTION);
  }

  /** Whether a connection may keep another RST beside its first, without taking the place of another connection's first. */
  get hasRoomForMoreRsts(): boolean {
    return this.rsts.used < this.#connections * (RSTS_A_CONNECTION - 1);
  }

  /** Word offset of the connection's record, made when there is none; -1 when there is no room. */
  of(w: Int32Array, b: number): number {
    let index = w[b + EXTRA];
    if (index === 0) {
      index = this.records.allocate();
      if (index === 0) return -1;
      w[b + EXTRA] = index;
    }
    return index * RARE_STRIDE;
  }

  /** Word offset of the connection's record, or -1 when it has none. */
  find(w: Int32Array, b: number): number {
    return w[b + EXTRA] === 0 ? -1 : w[b + EXTRA] * RARE_STRIDE;
  }

  /** Loads the connection's record, so that it is in the cache by then; the answer means nothing. */
  fetch(w: Int32Array, b: number): number {
    const at = w[b + EXTRA] * RARE_STRIDE;
    return this.records.words[at] ^ this.records.words[at + RARE_BITS];
  }

  /** As `fetch`, its first RST. */
  fetchRst(w: Int32Array, b: number): number {
    const at = this.records.words[w[b + EXTRA] * RARE_STRIDE + RSTS] * RST_STRIDE;
    return this.rsts.words[at] ^ this.rsts.words[at + RST_FLAGS_THEN];
  }

  /** Frees all that the connection has here. */
  release(w: Int32Array, b: number): void {
    const index = w[b + EXTRA];
    if (index === 0) return;
    const at = index * RARE_STRIDE;
    const words = this.records.words;
    for (let i = 0; i < KEPT_RSTS; i++) {
      const rst = words[at + RSTS + i];
      if (rst === 0) continue;
      this.releasePayload(rst);
      this.rsts.release(rst);
    }
    this.holes.release(words[at + HOLES_OF]);
    this.holes.release(words[at + HOLES_OF + 1]);
    this.records.release(index);
    w[b + EXTRA] = 0;
  }

  /** Keeps the first bytes of the payload that RST `rst` of the pool carries. */
  keepPayload(rst: number, s: Segment): void {
    const bytes = Math.min(PAYLOAD_KEPT, s.payloadCaptured);
    const index = bytes === 0 ? 0 : this.payloads.allocate();
    this.rsts.words[rst * RST_STRIDE + RST_PAYLOAD] = index;
    if (index === 0) return;
    const at = index * this.payloads.stride;
    this.payloads.words[at] = bytes;
    const kept = s.buffer.subarray(s.payloadOffset, s.payloadOffset + bytes);
    new Uint8Array(this.payloads.words.buffer, (at + 1) * 4, bytes).set(kept);
  }

  readPayload(rst: number, out: RstFacts): void {
    const index = this.rsts.words[rst * RST_STRIDE + RST_PAYLOAD];
    const at = index * this.payloads.stride;
    out.payloadKept = index === 0 ? 0 : this.payloads.words[at];
    if (index !== 0) out.payload.set(new Uint8Array(this.payloads.words.buffer, (at + 1) * 4, out.payloadKept));
  }

  releasePayload(rst: number): void {
    const index = this.rsts.words[rst * RST_STRIDE + RST_PAYLOAD];
    if (index !== 0) this.payloads.release(index);
  }

  /** Notes that [from, to) of the side's stream is missing. */
  openHole(w: Int32Array, b: number, side: number, from: number, to: number): void {
    const at = this.of(w, b);
    const bits = b + SIDE + side * SIDE_WORDS + BITS;
    if (at < 0) {
      w[bits] |= INEXACT;
      return;
    }
    const list = this.holes.open(this.records.words[at + HOLES_OF + side], from, to);
    this.records.words[at + HOLES_OF + side] = list;
    w[bits] |= this.holes.overflow ? INEXACT : HOLES;
  }

  /** Bytes of [from, to) that fill a hole of the side's stream. */
  fillHoles(w: Int32Array, b: number, side: number, from: number, to: number): number {
    const at = this.find(w, b);
    if (at < 0) return 0;
    const list = this.holes.fill(this.records.words[at + HOLES_OF + side], from, to);
    this.records.words[at + HOLES_OF + side] = list;
    if (list === 0) w[b + SIDE + side * SIDE_WORDS + BITS] &= ~HOLES;
    return this.holes.filled;
  }

  setStaleAck(w: Int32Array, b: number, side: number, ack: number): void {
    const at = this.of(w, b);
    if (at < 0) return;
    this.records.words[at + STALE_ACK_OF + side] = ack;
    w[b + SIDE + side * SIDE_WORDS + BITS] |= STALE_ACK;
  }

  /** Is this the second segment in a row far from all that the side sent before? Then its numbers are believed. */
  continuesStray(w: Int32Array, b: number, side: number, seq: number, end: number): boolean {
    const at = this.of(w, b);
    if (at < 0) return false;
    const bits = b + SIDE + side * SIDE_WORDS + BITS;
    const words = this.records.words;
    const continues = (w[bits] & STRAYED) !== 0 && words[at + STRAY_OF + side] === seq;
    words[at + STRAY_OF + side] = end;
    w[bits] = continues ? w[bits] & ~STRAYED : w[bits] | STRAYED;
    return continues;
  }
}

/*
 * Words of a RST record: its header, and what the connection looked like when it came. x sent the RST, y is the other side.
 */
/** Float64. */
export const RST_TIME = 0;
export const RST_SEQ = 2;
export const RST_ACK = 3;
/** Flags 8 | TTL 8 | TOS 8 | form 8. */
export const RST_HEAD = 4;
/** Window 16 | IP-ID 16. */
export const RST_WINDOW = 5;
/** IP length 16 | payload length 16. */
export const RST_LENGTHS = 6;
export const RST_BITS = 7;
export const RST_SND_X = 8;
export const RST_ACK_X = 9;
export const RST_SND_Y = 10;
export const RST_ACK_Y = 11;
export const RST_BYTES_X = 12;
export const RST_BYTES_Y = 13;
/** Silence before it (before the segment that drew it, where it is an answer; silence.ts). */
export const RST_IDLE = 14;
/** Probes of x unanswered 8 | SYN-ACKs counted 8 | MPTCP reset reason + 1, 16. */
export const RST_COUNTED = 15;
/** The last acknowledgement of y. */
export const RST_LAST_ACK_Y = 16;
/** Since the SYN-ACK that was counted last, µs. */
export const RST_SINCE_SYNACK = 17;
/** Since the client's first payload, µs. */
export const RST_SINCE_DATA = 18;
/** First bytes of its payload: index in the pool of payloads, 0 for none. */
export const RST_PAYLOAD = 19;
/** FLAGS of the connection when it came. */
export const RST_FLAGS_THEN = 20;
/** Last IP-ID of x before it. */
export const RST_IPID_BEFORE = 21;
export const RST_STRIDE = 22;

/** Bytes that each connection of the table may take here; payloads and holes have small limits of their own. */
export const RARE_BYTES_A_CONNECTION = 4 * (RARE_STRIDE + RSTS_A_CONNECTION * RST_STRIDE);

// RST_BITS.
export const BY_SIDE_1 = 1 << 0;
export const RST_HAS_OPTIONS = 1 << 1;
export const RST_HAS_TIMESTAMP = 1 << 2;
export const X_WINDOW_ZERO = 1 << 3;
export const X_HAS_SEQ = 1 << 4;
export const X_HAS_ACK = 1 << 5;
export const Y_HAS_SEQ = 1 << 6;
export const Y_HAS_ACK = 1 << 7;
/** Its number lies beyond snd(x), or below what y had acknowledged, and no segment of y asked for it. */
export const BEYOND_SND = 1 << 8;
export const BELOW_ACK = 1 << 9;
export const SEQ_IS_LAST_ACK = 1 << 10;
export const IGNORED = 1 << 11;
export const TRAILS = 1 << 12;
export const X_SPOKE = 1 << 13;
export const Y_SPOKE = 1 << 14;
export const X_TIMESTAMPS = 1 << 15;
export const X_IPID_SERIES = 1 << 16;
/** A SYN with another ISN of x came before it. */
export const AFTER_OTHER_SYN = 1 << 17;
/** It came on a tuple of which nothing else had been seen. */
export const FIRST_PACKET = 1 << 18;
export const LONE_TRIGGER = 1 << 19;
export const RST_HAS_IPID = 1 << 20;
