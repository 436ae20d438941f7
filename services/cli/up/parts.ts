import { childDied, type Part } from "./process.ts";

/** What has been started, in order. When one ends that was not asked to, the whole fails. */
export class Parts {
  readonly #running: Part[] = [];
  readonly #failure = Promise.withResolvers<never>();
  #stopping = false;
  #stoppingPart: Part[] = [];
  #killed = false;
  firstFailure: Error | undefined;

  constructor() {
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects with the first part that ends by itself. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  /** Takes a part in: it is stopped with the others, and the whole fails when it ends by itself. */
  add<P extends Part>(part: P): P {
    this.hold(part);
    this.watch(part);
    return part;
  }

  /** Takes a part in that may end by itself. @throws when all is being stopped: then this part too. */
  hold(part: Part): void {
    this.#running.push(part);
    if (this.#stopping) throw new Error(`stopped while ${part.name} was starting`);
  }

  /** From now on the whole fails when this part ends by itself. */
  watch(part: Part): void {
    void part.exited.then((code) => {
      const index = this.#running.indexOf(part);
      if (this.#stopping || index < 0) return;
      this.#running.splice(index, 1);
      this.firstFailure ??= childDied(part, code);
      this.#failure.reject(this.firstFailure);
    });
  }

  /** For the impatient: nothing is flushed. */
  killAll(): void {
    this.#killed = true;
    for (const { pid } of [...this.#running, ...this.#stoppingPart]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has just ended
      }
    }
  }

  /** Stops all, the last started first. Returns the names of those that a second ctrl-C cut short. */
  async stopAll(): Promise<string[]> {
    this.#stopping = true;
    const cut: string[] = [];
    for (let part = this.#running.pop(); part; part = this.#running.pop()) {
      this.#stoppingPart = [part];
      await part.stop();
      if (this.#killed) cut.push(part.name);
    }
    return cut;
  }
}
