import type { FingerprintSet } from "./fingerprints.ts";
import type { Hosts } from "./hosts.ts";
import type { RareFacts } from "./rare-facts.ts";
import type { Scans } from "./scans.ts";
import type { ConnectionTable } from "./table.ts";

/** What the parts of the tracker share. */
export interface Tracking {
  readonly table: ConnectionTable;
  readonly rare: RareFacts;
  readonly hosts: Hosts;
  /** Endpoints that answered or received a SYN (listenerName). */
  readonly listeners: FingerprintSet;
  readonly scans: Scans;
  /** A segment without SYN, FIN and RST was captured: the capture is no "flags" capture. */
  plainSeen: boolean;
  /** The latest capture time seen, µs. */
  readonly now: number;
}
