import type { Segment } from "@hangup/packets";
import * as R from "./rare-facts.ts";
import type { Tracking } from "./tracking.ts";
/**
 * A segment without SYN and RST behind the RST that ended the row, its header and payload accounted (`fresh` new bytes). Answers true
 * when it shows that the RST was ignored: the row goes on.
 */
export declare function noteAfterRst(
  k: Tracking,
  w: Int32Array,
  b: number,
  side: number,
  s: Segment,
  fresh: number,
): boolean;
/** The client's SYN came again behind the RST. Answers true when that shows that the RST was ignored. */
export declare function noteSynAfterRst(k: Tracking, w: Int32Array, b: number, side: number): boolean;
/** A SYN-ACK that fits came behind the RST. Answers true when the refusals before it were ignored. */
export declare function noteSynAckAfterRst(k: Tracking, w: Int32Array, b: number, side: number): boolean;
/** Takes the ending back: the RST was ignored and the row goes on. */
export declare function ignore(k: Tracking, w: Int32Array, b: number): true;
/** Could the RST that ended it yet turn out to be ignored? Then a SYN opens nothing at once. */
export declare function mayYetGoOn(rare: R.RareFacts, w: Int32Array, b: number): boolean;
/** Both FINs came behind the RST, one acknowledging the other: every RST so far was ignored. */
export declare function livedOn(w: Int32Array, b: number): boolean;
