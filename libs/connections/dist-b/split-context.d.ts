import { type Segment } from "@hangup/packets";
import type { Tracking } from "./tracking.ts";
/**
 * Mirror ports often show the two directions of a connection in two VLANs, tunnels too. `slot` is the tuple's record in another
 * context than the segment's: is it the segment's connection? Yes when nothing of the segment's side was seen there and its numbers
 * fit, and from then on for everything of that side in that context.
 */
export declare function isOtherDirection(k: Tracking, slot: number, side: number, s: Segment): boolean;
