import { type Segment } from "@hangup/packets";
import type { Tracking } from "./tracking.ts";
/** A byteless tuple was reset or refused by `side`: who knocked? */
export declare function noteReset(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void;
/** `source` asked what a port of the other side does. `opener`: by SYN, or by a segment that opens nothing. */
export declare function noteProbe(
  k: Tracking,
  w: Int32Array,
  b: number,
  source: number,
  timeUs: number,
  opener: boolean,
): void;
