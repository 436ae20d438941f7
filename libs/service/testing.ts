import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { Clock } from "./clock.ts";

/** A TCP port of 127.0.0.1 that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** All promises that can go on without time have gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  /** How long everyone wanted to sleep, in the order in which they did. */
  readonly sleeps: number[] = [];
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  #onSleep: (() => void) | null = null;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((wake) => {
      const sleeper = { until: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => this.#wake(sleeper));
      this.#onSleep?.();
    });
  }

  /** Resolves as soon as someone sleeps. */
  async someoneSleeps(): Promise<void> {
    if (this.#sleepers.size > 0) return;
    await new Promise<void>((resolve) => (this.#onSleep = resolve));
    this.#onSleep = null;
  }

  /** Waits until someone sleeps, goes to the end of the shortest sleep, and wakes the sleeper. */
  async advance(): Promise<void> {
    await this.someoneSleeps();
    this.#goTo(this.#next() as Sleeper);
  }

  /** Lets time pass; who is woken runs until it waits again. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(); next !== undefined && next.until <= end; next = this.#next()) {
      this.#goTo(next);
      await settled();
    }
    this.#now = end;
  }

  #next(): Sleeper | undefined {
    return [...this.#sleepers].toSorted((a, b) => a.until - b.until)[0];
  }

  #goTo(sleeper: Sleeper): void {
    this.#now = Math.max(this.#now, sleeper.until);
    this.#wake(sleeper);
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers.delete(sleeper);
    sleeper.wake();
  }
}
