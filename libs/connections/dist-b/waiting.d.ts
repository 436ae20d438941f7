import { type Segment } from "@hangup/packets";
import type { Lifetimes } from "./lifetimes.ts";
import type { TrackerCounters, Tracking } from "./tracking.ts";
/** The segment is none of the waiting SYN's. */
export declare const NOT_TAKEN = -1;
/** The segment was the waiting SYN's, and is done with. */
export declare const DONE = -2;
/**
 * A SYN with another ISN on a live tuple opens nothing by itself (RFC 9293 3.10.7.4: it draws a challenge ACK). It waits in a record
 * of its own, which takes the tuple over when a SYN-ACK or refusal answers it, when it comes again behind the RST that ended
 * the old connection, or when nothing of the old one follows.
 *
 * The `takes…` methods say whom a segment on such a tuple concerns: a slot (the waiting record has taken the tuple, and
 * the segment is for it), NOT_TAKEN (it is the old connection's) or DONE.
 */
export declare class WaitingSyns {
  #private;
  constructor(k: Tracking, lifetimes: Lifetimes, counters: TrackerCounters);
  /** A SYN with another ISN begins to wait. False where there is no room for it. */
  wait(slot: number, w: Int32Array, b: number, side: number, s: Segment): boolean;
  takesSyn(slot: number, w: Int32Array, b: number, side: number, s: Segment): number;
  takesSynAck(slot: number, w: Int32Array, b: number, side: number, s: Segment): number;
  takesRst(slot: number, w: Int32Array, b: number, side: number, s: Segment): number;
  /** A segment without SYN and RST: does it continue the waiting SYN, whose SYN-ACK was not captured? */
  takesSegment(slot: number, w: Int32Array, b: number, side: number, s: Segment): number;
}
