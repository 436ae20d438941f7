/** What a poll needs of the world, so that tests need not wait. */
export interface PollTimer {
  /** Calls back once after `ms`; returns what stops it. */
  after(ms: number, call: () => void): () => void;
}

export const browserTimer: PollTimer = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export interface PollOptions<T> {
  /** Asks once. Rejections other than an abort are told to `failed`. */
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly answered: (answer: T) => void;
  readonly failed: (error: unknown) => void;
  /** From one answer to the next question, milliseconds. */
  readonly everyMs: number;
  readonly timer: PollTimer;
}

/**
 * Asks again and again, never twice at once: a slow server is not asked more often than it answers.
 * `restart` forgets the question in hand and asks anew; `pause` stops until then.
 */
export class Poll<T> {
  readonly #options: PollOptions<T>;
  #asking = new AbortController();
  #cancel: () => void = () => undefined;

  constructor(options: PollOptions<T>) {
    this.#options = options;
  }

  restart(): void {
    this.pause();
    const asking = new AbortController();
    this.#asking = asking;
    void this.#ask(asking.signal);
  }

  pause(): void {
    this.#asking.abort();
    this.#cancel();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { ask, answered, failed, everyMs, timer } = this.#options;
    try {
      const answer = await ask(signal);
      if (!signal.aborted) answered(answer);
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
    if (!signal.aborted) this.#cancel = timer.after(everyMs, () => void this.#ask(signal));
  }
}
