import type { EndedRow } from "@hangup/rates";

/** Rows that differ in nothing that is told of many together, but for their place: a few dozen in a capture. */
export interface Alike extends EndedRow {
  readonly cause: string;
  /** Its place in the list of all. */
  readonly number: number;
  count: number;
}
