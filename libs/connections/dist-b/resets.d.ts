import { type Segment } from "@hangup/packets";
import type { Tracking } from "./tracking.ts";
/** What `recordRst` found the RST to be. */
export declare const RST_TRAILED = 0;
/** It ends the row (perhaps: what follows may show that it was ignored). */
export declare const RST_ENDS = 1;
/** It came behind the one that ends the row. */
export declare const RST_LATE = 2;
/** Keeps the facts of a RST, before its header is accounted, and says what it does to the row. */
export declare function recordRst(
  k: Tracking,
  w: Int32Array,
  t: Float64Array,
  b: number,
  side: number,
  s: Segment,
): number;
