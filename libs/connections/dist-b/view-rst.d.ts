import type { RstFacts } from "./ended.ts";
import type { Tracking } from "./tracking.ts";
/** Reads the RST record `index` of the connection into `out`. */
export declare function readRst(
  k: Tracking,
  w: Int32Array,
  b: number,
  client: number,
  index: number,
  out: RstFacts,
): void;
