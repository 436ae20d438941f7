import type { Clock } from "@hangup/service";

/** What keeps the partition ours while something takes long, and tells when it no longer is. */
export interface Tenure {
  heartbeat(): Promise<void>;
  stale(): boolean;
}

/** Below the shortest session timeout, three times over. */
const HEARTBEAT_MS = 2_000;

/** Gives the group's coordinator a sign of life now and then, from its making until its end. */
export class Vigil {
  readonly #tenure: Tenure;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  readonly #broken = new AbortController();
  readonly #beating: Promise<void>;

  constructor(tenure: Tenure, clock: Clock) {
    this.#tenure = tenure;
    this.#clock = clock;
    this.#beating = this.#beat();
  }

  stale(): boolean {
    return this.#tenure.stale();
  }

  /** Aborted when a heartbeat has failed. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  throwIfBroken(): void {
    this.#broken.signal.throwIfAborted();
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#beating;
  }

  async #beat(): Promise<void> {
    const { signal } = this.#ended;
    for (;;) {
      await this.#clock.sleep(HEARTBEAT_MS, signal);
      if (signal.aborted) return;
      try {
        await this.#tenure.heartbeat();
      } catch (error) {
        this.#broken.abort(error);
        return;
      }
    }
  }
}
