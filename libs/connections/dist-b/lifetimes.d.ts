import type { EndedConnection } from "./ended.ts";
import type { TrackerCounters, TrackerOptions, Tracking } from "./tracking.ts";
/** Answers whether the connection is told for good; false: it goes on (an idle one at a look for timeouts). */
export type EndedSink = (ended: EndedConnection) => boolean;
/** When connections are judged, forgotten, evicted, and how a waiting SYN takes a tuple over. */
export declare class Lifetimes {
  #private;
  constructor(k: Tracking, counters: TrackerCounters, options: TrackerOptions, sink: EndedSink);
  begin(slot: number, nowUs: number): void;
  /** The row has an end, if nothing takes it back. */
  ended(slot: number, w: Int32Array, b: number): void;
  /** Judges what is due; answers the capture time of the next call. */
  advance(nowUs: number): number;
  finish(nowUs: number): void;
  /** Frees at least one record, if any but `keep` may go. */
  makeRoom(nowUs: number, keep: number): void;
  /** The slot of the SYN that waits. */
  pendingOf(w: Int32Array, b: number): number;
  /** The SYN that waits takes the tuple over; answers its slot. */
  promote(slot: number): number;
  /** The SYN that waits opened nothing: its segments belong to the connection that it came in. */
  dropPending(slot: number): void;
  /** Another record has the tuple now: this one is told when it settles, or at once if nothing ended it. */
  detach(slot: number): void;
}
