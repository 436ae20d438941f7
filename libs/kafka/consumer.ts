import { setTimeout as sleep } from "node:timers/promises";
import { HangupError } from "@hangup/service";
import { kafkaError, rootCause } from "./failure.ts";
import { Membership, type ConsumerOptions } from "./membership.ts";
import type { Consumer, IncomingBatch } from "./port.ts";

const FIRST_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5_000;

/**
 * A member of a consumer group that starts at the beginning of a topic it has no commit for. Inert until `run`, which
 * resolves once the member reads, or rejects with HANGUP_KAFKA_UNREACHABLE, or when it is stopped meanwhile. Later failures are logged and mended by itself:
 * kafkajs gives up for good after some errors, so a membership that crashed is replaced by a new one.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  return new SupervisedConsumer(options);
}

class SupervisedConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #stop = new AbortController();
  #membership: Membership | undefined;
  #joining: Promise<void> | undefined;
  #mending: Promise<void> | undefined;
  #crash: string | null = null;

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  async run(topics: readonly string[], handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#join(topics, handle);
        return;
      } catch (error) {
        // A broker that has just started is there, and still loading its groups.
        const loading = (rootCause(error) as { retriable?: boolean }).retriable === true;
        if (!loading || (error as HangupError).code !== "HANGUP_KAFKA" || attempt === FIRST_ATTEMPTS) throw error;
        await this.#pause(FIRST_PAUSE_MS * attempt);
        if (this.#stop.signal.aborted) throw error;
      }
    }
  }

  ready(): string | null {
    return this.#crash ?? (this.#membership ? this.#membership.problem : "has not joined its consumer group yet");
  }

  async stop(): Promise<void> {
    this.#stop.abort(new HangupError("HANGUP_KAFKA", "stopped while it joined its consumer group"));
    await this.#joining?.catch(() => undefined);
    await this.#mending;
    await this.#membership?.leave();
  }

  async #join(topics: readonly string[], handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    const membership = new Membership(this.#options, (error) => {
      if (this.#membership !== membership || this.#stop.signal.aborted) return;
      this.#crash = kafkaError(error, this.#options.brokers).message;
      this.#mending ??= this.#mend(topics, handle).finally(() => (this.#mending = undefined));
    });
    this.#joining = membership.start(topics, handle, this.#stop.signal);
    await this.#joining;
    this.#membership = membership;
    this.#crash = null;
  }

  async #mend(topics: readonly string[], handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    const { log, groupId, brokers } = this.#options;
    log?.warn({ groupId }, `joining the consumer group again: ${this.#crash}`);
    for (let pause = FIRST_PAUSE_MS; !this.#stop.signal.aborted; pause = Math.min(pause * 2, LAST_PAUSE_MS)) {
      await this.#pause(pause);
      if (this.#stop.signal.aborted) return;
      try {
        await this.#join(topics, handle);
        log?.info({ groupId }, "joined the consumer group again");
        return;
      } catch (error) {
        this.#crash = kafkaError(error, brokers).message;
      }
    }
  }

  /** Only `stop` ends it early. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
