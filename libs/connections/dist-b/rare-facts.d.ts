import { Holes } from "./holes.ts";
import { Pool } from "./pool.ts";
/** RSTs of a connection whose header facts are kept. */
export declare const KEPT_RSTS = 4;
/** The kept RSTs, in order of capture: indices in the pool of RSTs, 0 for none. */
export declare const RSTS = 0;
/** RSTs seen, copies left out << 16 | of these ignored. */
export declare const RST_COUNTS = 4;
/** The RST that ended the row: index in the pool, 0 for none. */
export declare const ENDING = 5;
/** Slot + 1 of the SYN that waits for what follows. */
export declare const PENDING_SLOT = 6;
export declare const HOLES_OF = 7;
/** The last acknowledgement, where it is lower than the highest. */
export declare const STALE_ACK_OF = 9;
/** End of a second FIN with another number, where FIN_ALTERNATIVE says so. */
export declare const FIN_ALTERNATIVE_OF = 11;
/** ICMP error: type << 8 | code. */
export declare const ICMP_ERROR = 13;
/** End of a segment out of all reach: another that continues it is believed. */
export declare const STRAY_OF = 14;
export declare const RARE_BITS = 16;
/** The RST that SUSPECT speaks of: index in the pool. */
export declare const SUSPECT_RST = 17;
/** Context in which the other direction was captured, where SPLIT_CONTEXT says so. */
export declare const OTHER_CONTEXT = 18;
/** The sender of the ending RST went on as if it had sent none. */
export declare const GOES_ON: number;
/** The same RST came again (same side, same number). */
export declare const RST_AGAIN: number;
export declare const RST_TRAILING: number;
/** An identical copy of the ending RST came within 1 s. */
export declare const RST_TWINS: number;
/** A RST+ACK beyond snd(x) passed for a misfit: the next RST of its sender, or late data, may prove that it was its own. */
export declare const SUSPECT: number;
/** Shift by side. */
export declare const FIN_ALTERNATIVE: number;
export declare const ICMP_QUOTES: number;
/** The receiver of the ending RST sent on. */
export declare const PEER_WENT_ON: number;
/** A SYN after both FINs drew an ACK and that a RST: all three trail. */
export declare const SYN_TRAILING: number;
/** The two directions pass in different VLANs or tunnels; shift by the side that passes in OTHER_CONTEXT. */
export declare const SPLIT_CONTEXT: number;
/** What the ending RST says of others: cleared when it turns out to be ignored. */
export declare const OF_ENDING: number;
/** The side pools: facts that few connections have. Where a pool is at its limit the fact is lost and the row less sharp. */
export declare class RareFacts {
  readonly records: Pool;
  readonly rsts: Pool;
  readonly holes: Holes;
  /** Word offset of the connection's record, made when there is none; -1 when there is no room. */
  of(w: Int32Array, b: number): number;
  /** Word offset of the connection's record, or -1 when it has none. */
  find(w: Int32Array, b: number): number;
  /** Frees all that the connection has here. */
  release(w: Int32Array, b: number): void;
  /** Notes that [from, to) of the side's stream is missing. */
  openHole(w: Int32Array, b: number, side: number, from: number, to: number): void;
  /** Bytes of [from, to) that fill a hole of the side's stream. */
  fillHoles(w: Int32Array, b: number, side: number, from: number, to: number): number;
  setStaleAck(w: Int32Array, b: number, side: number, ack: number): void;
  /** Is this the second segment in a row far from all that the side sent before? Then its numbers are believed. */
  continuesStray(w: Int32Array, b: number, side: number, seq: number, end: number): boolean;
}
/** Float64. */
export declare const RST_TIME = 0;
export declare const RST_SEQ = 2;
export declare const RST_ACK = 3;
/** Flags 8 | TTL 8 | TOS 8 | form 8. */
export declare const RST_HEAD = 4;
/** Window 16 | IP-ID 16. */
export declare const RST_WINDOW = 5;
/** IP length 16 | payload length 16. */
export declare const RST_LENGTHS = 6;
export declare const RST_BITS = 7;
export declare const RST_SND_X = 8;
export declare const RST_ACK_X = 9;
export declare const RST_SND_Y = 10;
export declare const RST_ACK_Y = 11;
export declare const RST_BYTES_X = 12;
export declare const RST_BYTES_Y = 13;
/** Silence before it (before the segment that drew it, where it is an answer), µs. */
export declare const RST_IDLE = 14;
/** Probes of x unanswered 8 | SYN-ACKs counted 8 | MPTCP reset reason + 1, 16. */
export declare const RST_COUNTED = 15;
/** The last acknowledgement of y. */
export declare const RST_LAST_ACK_Y = 16;
/** Since the SYN-ACK that was counted last, µs. */
export declare const RST_SINCE_SYNACK = 17;
/** Since the client's first payload, µs. */
export declare const RST_SINCE_DATA = 18;
/** Reason carried in its payload: diagnostic code + 1, 0 for none; see diagnostic-payload.ts. */
export declare const RST_DIAGNOSTIC = 19;
/** FLAGS of the connection when it came. */
export declare const RST_FLAGS_THEN = 20;
/** Last IP-ID of x before it. */
export declare const RST_IPID_BEFORE = 21;
export declare const RST_STRIDE = 22;
export declare const BY_SIDE_1: number;
export declare const RST_HAS_OPTIONS: number;
export declare const RST_HAS_TIMESTAMP: number;
export declare const X_WINDOW_ZERO: number;
export declare const X_HAS_SEQ: number;
export declare const X_HAS_ACK: number;
export declare const Y_HAS_SEQ: number;
export declare const Y_HAS_ACK: number;
/** Its number lies beyond snd(x), or below what y had acknowledged, and no segment of y asked for it. */
export declare const BEYOND_SND: number;
export declare const BELOW_ACK: number;
export declare const SEQ_IS_LAST_ACK: number;
export declare const IGNORED: number;
export declare const TRAILS: number;
export declare const X_SPOKE: number;
export declare const Y_SPOKE: number;
export declare const X_TIMESTAMPS: number;
export declare const X_IPID_SERIES: number;
/** A SYN with another ISN of x came before it. */
export declare const AFTER_OTHER_SYN: number;
/** It came on a tuple of which nothing else had been seen. */
export declare const FIRST_PACKET: number;
export declare const LONE_TRIGGER: number;
