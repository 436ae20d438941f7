import { ENTERED, LAST, NEXT_TURN, NOW } from "./arena-layout.ts";
import type { Arena } from "./arena.ts";
import { EXCHANGE } from "./limits.ts";

/** In a file, capture time between two turns of the timers, µs: nobody waits for its rows. */
const FILE_TURN_US = 10_000_000;
/** Live, the same. */
const LIVE_TURN_US = 50_000;
/** A last packet so far behind all others has a wrong time. */
const DAY_US = 86_400_000_000;

/** Capture time: how far it has come, and when to look at what has become due. It stands in the arena: walks move it too. */
export class CaptureClock {
  readonly #turnUs: number;
  readonly #numbers: Float64Array;
  readonly #state: Int32Array;

  constructor(file: boolean, { numbers, state }: Arena) {
    this.#turnUs = file ? FILE_TURN_US : LIVE_TURN_US;
    this.#numbers = numbers;
    this.#state = state;
    numbers[NOW >> 3] = -Infinity;
    numbers[LAST >> 3] = -Infinity;
    numbers[NEXT_TURN >> 3] = -Infinity;
  }

  /** The latest time seen, µs. */
  get nowUs(): number {
    return this.#numbers[NOW >> 3];
  }

  /** Segments of the capture so far, whoever follows their connections; counted modulo 2^32. */
  get entered(): number {
    return this.#state[ENTERED >> 2];
  }

  /** With the next segment trackers that share the capture exchange their notes. */
  get isExchangeDue(): boolean {
    return (this.entered & (EXCHANGE - 1)) === EXCHANGE - 1;
  }

  /** A segment was captured at this time. Answers whether a turn is due; `turned` begins the next. */
  comeTo(timeUs: number): boolean {
    const numbers = this.#numbers;
    this.#state[ENTERED >> 2]++;
    // The earlier of two neighbours: a single wrong time moves no timer.
    const last = numbers[LAST >> 3];
    const clock = timeUs < last ? timeUs : last;
    numbers[LAST >> 3] = timeUs;
    if (clock <= numbers[NOW >> 3]) return false;
    numbers[NOW >> 3] = clock;
    return this.isDue;
  }

  /** A turn is due. */
  get isDue(): boolean {
    return this.#numbers[NOW >> 3] >= this.#numbers[NEXT_TURN >> 3];
  }

  /** The timers were looked at. */
  turned(nowUs: number): void {
    if (nowUs > this.nowUs) this.#numbers[NOW >> 3] = nowUs;
    this.#numbers[NEXT_TURN >> 3] = nowUs + this.#turnUs;
  }

  /** Time of the last segment, unless it is so far behind all others that it must be wrong. */
  end(): number {
    const last = this.#numbers[LAST >> 3];
    const far = last - this.nowUs >= DAY_US && this.nowUs !== -Infinity;
    if (last > this.nowUs && !far) this.#numbers[NOW >> 3] = last;
    return this.nowUs;
  }
}
