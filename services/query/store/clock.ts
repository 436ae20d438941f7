/** The present, injected so that tests can stand still. */
export abstract class Clock {
  /** µs since the epoch. */
  abstract nowUs(): number;
}

export class SystemClock extends Clock {
  override nowUs(): number {
    return Date.now() * 1000;
  }
}
