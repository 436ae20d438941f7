import type { ConnectionTable } from "./table.ts";
/** Longest time ahead that a deadline may lie, µs. */
export declare const HORIZON_US: number;
/**
 * When to look at which record again: buckets of one second, each a list through NEXT. A record stands in exactly one bucket of
 * one wheel and leaves it only when it comes up, so that a segment costs no timer work: whoever takes a record out looks at
 * what happened since, and puts it in again where it is not yet due.
 */
export declare class TimerWheel {
  #private;
  /** Means nothing: keeps the engine from leaving out loads whose purpose is the cache. */
  fetched: number;
  constructor(table: ConnectionTable);
  get count(): number;
  /** `deadlineUs` is brought within a turn of the wheel's own time. */
  add(slot: number, deadlineUs: number): void;
  /** Takes out a record that is due at `nowUs`, or answers -1. Call until -1. */
  due(nowUs: number): number;
  /** Takes out the record that would come up first, or answers -1 when the wheel is empty. */
  oldest(): number;
}
