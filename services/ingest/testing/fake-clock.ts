import type { Clock } from "../clock.ts";

/** Time that moves only when it is told to; sleepers wake in order. */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((wake) => {
      this.#sleepers.push({ atMs: this.#nowMs + ms, wake });
      signal?.addEventListener("abort", () => wake(), { once: true });
    });
  }

  /** Moves time on and lets everything that it wakes run until it waits again. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const due = this.#sleepers.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#sleepers.splice(this.#sleepers.indexOf(due), 1);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.wake();
    }
    this.#nowMs = untilMs;
  }
}

/** Runs all promise reactions that are ready. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
