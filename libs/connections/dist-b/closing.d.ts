import { type Segment } from "@hangup/packets";
import type { Tracking } from "./tracking.ts";
/** A server that turns a client away closes at most this long after its SYN-ACK (TCP wrappers wait for a resolver: 5 s). */
export declare const SOON_US = 8000000;
/**
 * The FIN of a segment whose header and payload are accounted. Answers true when now both sides have sent theirs, and this one
 * was the second, or changed what is known of the first two.
 */
export declare function recordFin(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): boolean;
/** After the peer's FIN arrived: was the FIN that waits as an alternative the one that it acknowledges? */
export declare function settleAlternative(k: Tracking, w: Int32Array, b: number, side: number): void;
/** New payload of `side` behind the peer's FIN, in a segment that acknowledges it and comes before its own FIN. */
export declare function noteHalfClose(w: Int32Array, b: number, side: number, s: Segment): void;
