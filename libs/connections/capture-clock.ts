/** In a file, capture time between two turns of the timers, µs: nobody waits for its rows. */
const FILE_TURN_US = 10_000_000;
/** Live, the same. */
const LIVE_TURN_US = 50_000;
/** A last packet so far behind all others has a wrong time. */
const DAY_US = 86_400_000_000;

/** Capture time: how far it has come, and when to look at what has become due. */
export class CaptureClock {
  /** The latest time seen, µs. */
  nowUs = -Infinity;
  readonly #turnUs: number;
  /** Time of the last segment. */
  #lastUs = -Infinity;
  #nextTurn = -Infinity;

  constructor(file: boolean) {
    this.#turnUs = file ? FILE_TURN_US : LIVE_TURN_US;
  }

  /** A segment was captured at this time. Answers whether a turn is due; `turned` begins the next. */
  comeTo(timeUs: number): boolean {
    // The earlier of two neighbours: a single wrong time moves no timer.
    const clock = timeUs < this.#lastUs ? timeUs : this.#lastUs;
    this.#lastUs = timeUs;
    if (clock <= this.nowUs) return false;
    this.nowUs = clock;
    return this.isDue;
  }

  /** A turn is due. */
  get isDue(): boolean {
    return this.nowUs >= this.#nextTurn;
  }

  /** The timers were looked at. */
  turned(nowUs: number): void {
    if (nowUs > this.nowUs) this.nowUs = nowUs;
    this.#nextTurn = nowUs + this.#turnUs;
  }

  /** Time of the last segment, unless it is so far behind all others that it must be wrong. */
  end(): number {
    const far = this.#lastUs - this.nowUs >= DAY_US && this.nowUs !== -Infinity;
    if (this.#lastUs > this.nowUs && !far) this.nowUs = this.#lastUs;
    return this.nowUs;
  }
}
