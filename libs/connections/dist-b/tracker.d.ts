import { type Segment } from "@hangup/packets";
import { FingerprintSet } from "./fingerprints.ts";
import { Hosts } from "./hosts.ts";
import { type EndedSink } from "./lifetimes.ts";
import { RareFacts } from "./rare-facts.ts";
import { Scans } from "./scans.ts";
import { ConnectionTable } from "./table.ts";
import { TrackerCounters, type TrackerOptions, type Tracking } from "./tracking.ts";
/**
 * Segments in, ended connections out, each exactly once: what causes.md calls one row. Capture time is the only clock.
 */
export declare class Tracker implements Tracking {
  #private;
  readonly table: ConnectionTable;
  readonly rare: RareFacts;
  readonly hosts: Hosts;
  readonly listeners: FingerprintSet;
  readonly scans: Scans;
  readonly ended: FingerprintSet;
  readonly counters: TrackerCounters;
  plainSeen: boolean;
  /** `sink` gets each connection that has ended, fallen silent, or is left at the end; the object is used again for the next. */
  constructor(options: TrackerOptions, sink: EndedSink);
  /** The latest capture time seen, µs. */
  get now(): number;
  track(s: Segment): void;
  /** The capture has come to this time: judges what has settled or fallen silent. */
  advance(nowUs: number): void;
  /** The capture has ended: everything that is left is judged at its last packet. */
  finish(): void;
}
