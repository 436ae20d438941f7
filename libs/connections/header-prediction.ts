import type { FastPath, WalkedRecords } from "@hangup/packets";
import * as A from "./arena-layout.ts";
import type { SharedNotes } from "./shared-notes.ts";
import type { TrackerCounters, Tracking } from "./tracking.ts";

/** Longer records are left to others. */
const LONGEST_RECORD = 1 << 16;

/** The tracker's fast path: tells wasm/assembly/walk.ts what to walk over, and counts what it took. */
export class HeaderPrediction implements FastPath {
  packets = 0;
  bytes = 0;
  previous = 0;
  seconds = 0;
  timeUs = 0.5;
  readonly #k: Tracking;
  readonly #shared: SharedNotes | null;
  readonly #counters: TrackerCounters;
  #buffer: Uint8Array = new Uint8Array(0);
  /** What of the buffer, whose records end at `end`, lies in the arena: up to `to`, so many bytes ahead of where it lies in the buffer. */
  #ahead = 0;
  #to = 0;
  #end = 0;

  /** `shared`: where other trackers follow the other connections of the capture. */
  constructor(k: Tracking, shared: SharedNotes | null, counters: TrackerCounters) {
    this.#k = k;
    this.#shared = shared;
    this.#counters = counters;
  }

  /** What is read into here need not be copied. */
  get input(): Uint8Array {
    return this.#k.table.arena.input;
  }

  begin({ snapLength, ticksPerSecond, flagsOnly, share }: WalkedRecords): void {
    const { state, numbers } = this.#k.table.arena;
    state[A.SNAP_LENGTH >> 2] = snapLength;
    state[A.TICKS_PER_SECOND >> 2] = ticksPerSecond;
    numbers[A.US_PER_TICK >> 3] = 1e6 / ticksPerSecond;
    state[A.FLAGS_ONLY >> 2] = flagsOnly ? 1 : 0;
    state[A.SHARE >> 2] = share?.index ?? 0;
    state[A.SHARES >> 2] = share?.of ?? 1;
  }

  load(buffer: Uint8Array, at: number, end: number): void {
    this.#buffer = buffer;
    this.#end = end;
    if (buffer.buffer !== this.input.buffer) this.#copy(at);
    else {
      this.#ahead = buffer.byteOffset;
      this.#to = end;
    }
  }

  walk(at: number, seconds: number): number {
    // A record may begin in this part of the buffer and end in the next.
    if (this.#to < this.#end && this.#to - at < LONGEST_RECORD) this.#copy(at);
    this.seconds = seconds;
    this.packets = 0;
    this.bytes = 0;
    const { state } = this.#k.table.arena;
    for (let next = at; ; at = next) {
      const noted = state[A.NOTED >> 2];
      next = this.#walk(at);
      if (next === at) return at;
      if (state[A.INDEX_FULL >> 2] !== 0) this.#k.table.grow();
      if (this.#shared === null || state[A.NOTED >> 2] === noted) return next;
      this.#shared.mark(state[A.ENTERED >> 2], this.#k.notes.length);
    }
  }

  #walk(at: number): number {
    const { arena } = this.#k.table;
    const { state, numbers } = arena;
    const ahead = this.#ahead;
    state[A.SECONDS >> 2] = this.seconds;
    const next = arena.walk(at + ahead, this.#to + ahead) - ahead;
    if (next === at) return at;
    this.packets += state[A.PACKETS_TAKEN >> 2];
    this.bytes += numbers[A.BYTES >> 3];
    this.previous = state[A.PREVIOUS >> 2] - ahead;
    this.seconds = state[A.SECONDS >> 2];
    this.timeUs = numbers[A.TIME >> 3];
    this.#counters.segments += state[A.SEGMENTS_TAKEN >> 2];
    this.#counters.copies += state[A.COPIES >> 2];
    this.#counters.connections += state[A.CONNECTIONS >> 2];
    return next;
  }

  #copy(at: number): void {
    this.#ahead = A.COPIED - at;
    this.#to = Math.min(this.#end, at + A.INPUT_BYTES);
    this.#k.table.arena.copied.set(this.#buffer.subarray(at, this.#to));
  }
}
