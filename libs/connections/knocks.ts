import { mixWord } from "./fingerprints.ts";

/** Health checks come at least this far apart. */
const SHORTEST_INTERVAL_US = 1_000_000;
/** Two intervals are alike when they differ by at most this part of the longer. */
const LIKENESS = 0.2;
/** Times remembered of a client and target, and how many of those. */
const REMEMBERED = 64;
const LIMIT = 1 << 14;

/**
 * When a client completed a handshake and cut it without a byte, by client and target: health checks do so at regular intervals.
 * Two generations, the older is dropped when the younger is full.
 */
export class Knocks {
  #young = new Map<number, number[]>();
  #old = new Map<number, number[]>();

  note(client: number, server: number, port: number, timeUs: number): void {
    const key = mixWord(mixWord(client, server), port);
    let times = this.#young.get(key);
    if (times === undefined) {
      if (this.#young.size >= LIMIT) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      times = this.#old.get(key) ?? [];
      this.#young.set(key, times);
    }
    times.push(timeUs);
    if (times.length > REMEMBERED) times.shift();
  }

  /** Is the knock at that time one of three or more at regular intervals? */
  isRegular(client: number, server: number, port: number, timeUs: number): boolean {
    const key = mixWord(mixWord(client, server), port);
    const times = this.#young.get(key) ?? this.#old.get(key);
    if (times === undefined) return false;
    const at = times.indexOf(timeUs);
    if (at < 0) return false;
    const last = Math.min(at, times.length - 3);
    for (let first = Math.max(0, at - 2); first <= last; first++) {
      const one = times[first + 1] - times[first];
      const two = times[first + 2] - times[first + 1];
      if (Math.min(one, two) >= SHORTEST_INTERVAL_US && Math.abs(one - two) <= LIKENESS * Math.max(one, two))
        return true;
    }
    return false;
  }
}
