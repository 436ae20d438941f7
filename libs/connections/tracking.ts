import type { FingerprintSet } from "./fingerprints.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Notes } from "./notes.ts";
import type { RareFacts } from "./rare-facts.ts";
import type { NotesExchange } from "./shared-notes.ts";
import type { ConnectionTable } from "./table.ts";

/** What the parts of the tracker share. */
export interface Tracking {
  readonly table: ConnectionTable;
  readonly rare: RareFacts;
  /** What is known from all connections together, and what is yet to be learned. */
  readonly neighbourhood: Neighbourhood;
  readonly notes: Notes;
  /** Tuples of a file's connections that were judged and forgotten (ConnectionTable.hash). */
  readonly ended: FingerprintSet;
  /** A segment without SYN, FIN and RST was captured: the capture is no "flags" capture. */
  plainSeen: boolean;
  /** The latest capture time seen, µs. */
  readonly now: number;
  /** Learns what is noted, before an ended connection is judged early; one of several trackers learns only at turns. */
  learn(): void;
}

/** A connection over IPv4 that ended: its likeness (EndedConnection), address (a word) and port of its server. */
export type AlikeSink = (likeness: number, server: number, port: number) => void;

export interface TrackerOptions {
  /** A connection is judged so long after the segment that ended it, µs; null: when stragglers are over, or at the end (a file). */
  readonly settleUs: number | null;
  /** Silence after which a live connection is looked at for a timeout, µs. */
  readonly silenceUs: number;
  /** Cap on the table's memory; when it is reached, half-open connections go first. */
  readonly maxMemoryBytes: number;
  /** Of the table's hash, a whole number in [0, SEEDS): by default one that V8's random numbers give, which is enough for a file. */
  readonly seed?: number;
  /** Where other trackers follow other connections of the same capture: what is noted goes to them, and theirs comes here. */
  readonly exchange?: NotesExchange;
  /** Of a file, where rows are only to be counted: gets connections that ended as one did that the sink was given before. */
  readonly alike?: AlikeSink;
  /** The clock turns, before anything is judged. */
  readonly onTurn?: (nowUs: number) => void;
}

export class TrackerCounters {
  /** TCP segments, copies included. */
  segments = 0;
  /** Copies of a segment that was seen just before. */
  copies = 0;
  /** Segments of connections that were judged long before. */
  stragglers = 0;
  /** Connections that were begun. */
  connections = 0;
  /** Connections forgotten before their end because memory was short, by what they were. */
  evictedHalfOpen = 0;
  evictedIdle = 0;
  /** Ended connections that had to be judged before their time. */
  evictedEnded = 0;
  /** Segments that found no room at all. */
  untracked = 0;
}
