/**
 * What is missing below the highest sequence number of a side, as lists of intervals [from, to): reordered segments fill them,
 * so that each byte is counted once. A list is the index of its first interval, 0 when nothing is missing.
 */
export declare class Holes {
  #private;
  /** Set by `fill`: new bytes of the segment that was put in. */
  filled: number;
  /** Set by `open`: the interval found no place, so the count cannot be exact. */
  overflow: boolean;
  /** Notes that [from, to) is missing, behind all that is in the list; answers the list. */
  open(list: number, from: number, to: number): number;
  /** Puts the segment [from, to) into the holes: sets `filled` and answers the list that is left. */
  fill(list: number, from: number, to: number): number;
  release(list: number): void;
}
