import type { Timers } from "../timers.ts";

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time that passes when the test says so. */
export class ManualTimers implements Timers {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  after(ms: number, run: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets time pass, timers in their order, and what they set going after each. */
  async pass(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settled();
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= end).toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.run();
      await settled();
    }
    this.#nowMs = end;
  }
}

/** All promises that can go on without time have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
