import type { PacketCounters } from "./messages.ts";

/** Where the bytes of a capture come from. */
export interface Source {
  /** Resolves when bytes flow; rejects with a HangupError when they cannot. */
  start(): Promise<void>;
  /** Resolves when the source has come to its end by itself. */
  readonly finished: Promise<void>;
  /** Why decompression of a file ended early, '' where it did not. */
  readonly damage: string;
  stop(): Promise<void>;
  /** tcpdump's counters, of all interfaces together. */
  counters(): PacketCounters;
  /** The same of each interface by its name; empty for a file. */
  interfaces(): ReadonlyMap<string, PacketCounters>;
  requestCounters(): void;
  /** What a file of this capture begins with: its header, and the interfaces known so far. undefined where nothing has come. */
  head(): Uint8Array | undefined;
  /** Starts at once what would wait after it has died. */
  retry(): void;
  /** More waits than can be read at once: what comes next is older than now. */
  readonly isBehind: boolean;
  /** All that was captured before this time, µs since 1970, has come by now: packets of several interfaces need not wait longer. */
  passTime(nowUs: number): void;
  readonly restarts: number;
  /** Why nothing flows, or null. */
  readonly trouble: string | null;
}

/** Whom a source gives its bytes. */
export interface Taker {
  take(chunk: Uint8Array): void;
  /** While there is too much in hand: a promise that there is not. A file waits for it; a live capture cannot. */
  room(): Promise<unknown> | undefined;
}
