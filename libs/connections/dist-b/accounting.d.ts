import { type Segment } from "@hangup/packets";
import { type RareFacts } from "./rare-facts.ts";
import type { Tracking } from "./tracking.ts";
/** A sequence number farther than this from all before is believed only when a second segment continues it. */
export declare const REACH: number;
/**
 * The facts that every segment has, whatever its flags: counts, TTL, window, acknowledgement, times. RSTs move neither
 * acknowledgements nor windows. Runs after the copies are dropped.
 */
export declare function accountHeader(
  k: Tracking,
  w: Int32Array,
  t: Float64Array,
  b: number,
  side: number,
  s: Segment,
): void;
/** Payload and sequence numbers of a segment without SYN and RST; answers how many of its bytes are new. */
export declare function accountPayload(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): number;
/** A segment that wants an answer was sent again. The first sending counts even where others came between. */
export declare function noteRepeat(w: Int32Array, x: number, seq: number): void;
/** The acknowledgement that the side sent last. */
export declare function lastAck(rare: RareFacts, w: Int32Array, b: number, side: number): number;
