import type { Segment } from "@hangup/packets";
import type { Tracking } from "./tracking.ts";
/** A new record's times. */
export declare function startRecord(w: Int32Array, t: Float64Array, b: number, s: Segment): void;
/** The side's first SYN. The numbers of what came before it (captured out of order) stay. */
export declare function recordSyn(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void;
/** Another copy of the client's SYN. */
export declare function repeatSyn(w: Int32Array, b: number, side: number, s: Segment): void;
/** Does the acknowledgement fit the SYN of `side`? */
export declare function fitsSyn(w: Int32Array, b: number, side: number, ack: number): boolean;
/** The first SYN-ACK of `side` that fits, or the first of all where no SYN was seen: the other side is the client. */
export declare function recordSynAck(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void;
/** Another copy of the SYN-ACK: counted when the server's timer sent it. */
export declare function repeatSynAck(w: Int32Array, b: number, s: Segment): void;
/** May this SYN or SYN-ACK belong to the mid-stream connection at hand, captured behind its later segments? */
export declare function mayHaveOpened(w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): boolean;
export declare function portOf(w: Int32Array, b: number, side: number): number;
/** The name under which an endpoint is known as a listener. */
export declare function listenerName(w: Int32Array, b: number, side: number): number;
