import type { Share } from "./share.ts";

/** What a fast path is told of the records that it walks over. */
export interface WalkedRecords {
  readonly snapLength: number;
  readonly ticksPerSecond: number;
  /** Pass over TCP segments without SYN, FIN and RST: there are only to be counted. */
  readonly flagsOnly: boolean;
  /** Pass over those of other shares, but for their times; null where there are none. */
  readonly share: Share | null;
}

/**
 * Takes packets out of a pcap file of Ethernet in little-endian order straight from their bytes, where each is what is expected next of its
 * connection: most packets of most captures need not become a Segment then.
 */
export interface FastPath {
  /** What lies in here is loaded without a copy. */
  readonly input: Uint8Array;
  begin(records: WalkedRecords): void;
  /** The records that the next walks go over lie in [at, end) of `buffer`. */
  load(buffer: Uint8Array, at: number, end: number): void;
  /**
   * Takes packets from the record at `at` on; answers where the first record begins that is left to others.
   * @param seconds of the record before it.
   */
  walk(at: number, seconds: number): number;
  /** Of the last walk that took any: how many, their bytes on the wire, where the last of their records begins, and its seconds. */
  readonly packets: number;
  readonly bytes: number;
  readonly previous: number;
  readonly seconds: number;
  /** Capture time of the last packet taken, µs. */
  readonly timeUs: number;
}
