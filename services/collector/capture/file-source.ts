import { openCapture, type CaptureSource } from "@hangup/packets";
import { noPackets, type PacketCounters } from "./messages.ts";
import type { Source, Taker } from "./source.ts";

/** A capture file (plain, gzip or zstd) or stdin, read as it is: no tcpdump is needed. */
export class FileSource implements Source {
  readonly #path: string;
  readonly #taker: Taker;
  readonly #finished = Promise.withResolvers<void>();
  readonly restarts = 0;
  readonly trouble = null;
  readonly isBehind = false;
  #capture: CaptureSource | undefined;
  #stopped = false;

  constructor(path: string, taker: Taker) {
    this.#path = path;
    this.#taker = taker;
    this.#finished.promise.catch(() => undefined);
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  get damage(): string {
    return this.#capture?.damage ?? "";
  }

  async start(): Promise<void> {
    this.#read().then(this.#finished.resolve, this.#finished.reject);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
  }

  counters(): PacketCounters {
    return noPackets();
  }

  interfaces(): ReadonlyMap<string, PacketCounters> {
    return new Map();
  }

  requestCounters(): void {}

  head(): undefined {
    return undefined;
  }

  retry(): void {}

  passTime(): void {}

  async #read(): Promise<void> {
    this.#capture = await openCapture(this.#path);
    for await (const chunk of this.#capture) {
      if (this.#stopped) return;
      this.#taker.take(chunk);
      await this.#taker.room();
    }
  }
}
