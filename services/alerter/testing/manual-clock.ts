import type { Clock } from "../clock.ts";

/** A clock that stands still until it is moved: a sleep takes no time, but its length is kept. */
export class ManualClock implements Clock {
  readonly sleeps: number[] = [];
  #now: number;
  readonly #sleepers: { until: number; wake: () => void }[] = [];
  #onSleep: (() => void) | null = null;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", () => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
        resolve();
      });
      this.#onSleep?.();
    });
  }

  /** Resolves as soon as someone sleeps. */
  async someoneSleeps(): Promise<void> {
    if (this.#sleepers.length > 0) return;
    await new Promise<void>((resolve) => (this.#onSleep = resolve));
    this.#onSleep = null;
  }

  /** Goes to the end of the next sleep and wakes the sleeper. */
  async advance(): Promise<void> {
    await this.someoneSleeps();
    this.#sleepers.sort((a, b) => a.until - b.until);
    const next = this.#sleepers.shift();
    if (!next) return;
    this.#now = Math.max(this.#now, next.until);
    next.wake();
  }
}
