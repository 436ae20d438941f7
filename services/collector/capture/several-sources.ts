import { sumOf, type PacketCounters } from "./messages.ts";
import type { Source } from "./source.ts";
import type { TimeMerge } from "./time-merge.ts";

/** One source an interface, their packets put in order by `merge`. They start together, and one that cannot go on ends all. */
export class SeveralSources implements Source {
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #merge: TimeMerge;
  readonly finished: Promise<void>;
  readonly damage = "";

  /** @param sources by the interface's name. */
  constructor(sources: ReadonlyMap<string, Source>, merge: TimeMerge) {
    this.#sources = sources;
    this.#merge = merge;
    this.finished = Promise.all(this.#each((source) => source.finished)).then(() => undefined);
    // Its reader may come late.
    this.finished.catch(() => undefined);
  }

  async start(): Promise<void> {
    const started = await Promise.allSettled(this.#each((source) => source.start()));
    const failed = started.find((result) => result.status === "rejected");
    if (failed === undefined) return;
    await this.stop();
    throw failed.reason;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#each((source) => source.stop()));
    this.#merge.release(Infinity);
  }

  counters(): PacketCounters {
    return sumOf(this.#each((source) => source.counters()));
  }

  interfaces(): ReadonlyMap<string, PacketCounters> {
    return new Map([...this.#sources].map(([name, source]) => [name, source.counters()]));
  }

  head(): Uint8Array {
    return this.#merge.head;
  }

  retry(): void {
    for (const source of this.#sources.values()) source.retry();
  }

  requestCounters(): void {
    for (const source of this.#sources.values()) source.requestCounters();
  }

  get isBehind(): boolean {
    return this.#each((source) => source.isBehind).includes(true);
  }

  passTime(nowUs: number): void {
    this.#merge.release(nowUs);
  }

  get restarts(): number {
    return this.#each((source) => source.restarts).reduce((sum, restarts) => sum + restarts, 0);
  }

  /** Of the interfaces where nothing flows, each with its name. */
  get trouble(): string | null {
    const troubles = [...this.#sources].flatMap(([name, { trouble }]) =>
      trouble === null ? [] : [`${name}: ${trouble}`],
    );
    return troubles.length === 0 ? null : troubles.join("; ");
  }

  #each<T>(ask: (source: Source) => T): T[] {
    return [...this.#sources.values()].map(ask);
  }
}
