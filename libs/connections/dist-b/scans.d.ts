import { addressFingerprint } from "./fingerprints.ts";
/**
 * Who knocked at how many doors: sources with byteless tuples to at least eight ports of a host, or, by SYN, FIN, NULL or XMAS, to
 * one port of at least eight hosts, within 10 s. A target that the source also exchanges data with does not count.
 */
export declare class Scans {
  #private;
  /** The source and the server port exchanged data. */
  noteTalk(source: number, target: number, port: number): void;
  /** A byteless tuple that was refused, reset, or opened by a segment that opens nothing. `opener`: it began by SYN or such a segment. */
  noteProbe(source: number, target: number, port: number, timeUs: number, opener: boolean): void;
  /** Was this target part of a scan by the source at that time? */
  includes(source: number, target: number, port: number, timeUs: number, opener: boolean): boolean;
}
/** The name of an address for scans. */
export declare const scanName: typeof addressFingerprint;
