import { type SideIndex } from "./ended.ts";
import type { Tracking } from "./tracking.ts";
/** Set by `findClient`. */
export declare let directionConfidence: number;
/**
 * Which side (0 or 1) is the client: it sent the SYN, or received the SYN-ACK; else the server is the side that was seen as a
 * listener, else the one with the lower port.
 */
export declare function findClient(k: Tracking, w: Int32Array, b: number): number;
/** Side 0 or 1 as client or server. */
export declare function sideIndex(side: number, client: number): SideIndex;
