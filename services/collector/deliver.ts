import type { Producer } from "@hangup/kafka";
import type { Logger } from "@hangup/service";
import { encodeBatch, TeardownColumns, type Teardown } from "@hangup/teardowns";
import { SendQueue } from "./send-queue.ts";
import { systemTimers, type Timers } from "./timers.ts";

export interface DeliveryOptions {
  readonly producer: Producer;
  readonly topic: string;
  /** Kafka message key: keeps a collector's events in one partition, in order. */
  readonly collector: string;
  readonly queueBytes: number;
  /** A batch that is not full goes when it is so old. */
  readonly batchAgeMs: number;
  /**
   * When the queue is full: the oldest events go, since live ones do not wait; or the source waits for `room`, and what it
   * gives out meanwhile is kept beyond the bound.
   */
  readonly whenFull: "drop" | "wait";
  /** Kafka takes events again after it did not. */
  readonly onReturn?: () => void;
  readonly log: Logger;
  readonly timers?: Timers;
}

/** A batch goes when it has so many rows. */
const BATCH_ROWS = 500;
/** One request to the broker. */
const SEND_BATCHES = 64;
const SEND_BYTES = 900_000;
const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 2_000;

/**
 * Events on their way to Kafka: encoded on arrival, sent in order, one request at a time. While the broker is away they
 * wait in memory, up to `queueBytes`.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #timers: Timers;
  readonly #key: Buffer;
  readonly #columns = new TeardownColumns(BATCH_ROWS);
  readonly queue: SendQueue;
  #age: { cancel(): void } | undefined;
  #sending = false;
  #drained = Promise.withResolvers<void>();
  #room: PromiseWithResolvers<void> | undefined;
  #stopped = false;
  /** Rows that the broker has acknowledged. */
  acked = 0;
  failures = 0;
  /** Why events wait, or null while they flow. */
  trouble: string | null = null;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#key = Buffer.from(options.collector);
    this.queue = new SendQueue(options.whenFull === "drop" ? options.queueBytes : Number.POSITIVE_INFINITY);
  }

  /** Rows that wait: those of the queue, and those that no message holds yet. */
  get waiting(): number {
    return this.queue.rows + this.#columns.length;
  }

  append(row: Teardown): void {
    if (!this.#columns.append(row)) {
      // The row begins another batch: the collector's run or name has changed.
      this.#seal();
      this.#columns.append(row);
    }
    if (this.#columns.length >= BATCH_ROWS) this.#seal();
    else this.#age ??= this.#timers.after(this.#options.batchAgeMs, () => this.#seal());
  }

  /** While the queue is full: a promise that it is not any more. undefined while there is room. */
  room(): Promise<void> | undefined {
    if (this.queue.bytes <= this.#options.queueBytes) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** Sends what is in hand; resolves when Kafka has taken all of it, however long that takes. */
  async drained(): Promise<void> {
    this.#seal();
    if (this.queue.length > 0) await this.#drained.promise;
  }

  /** Sends what is in hand and waits for it, at most `limitMs`. Returns the rows that nobody took. */
  async stop(limitMs: number): Promise<number> {
    const late = Promise.withResolvers<void>();
    const timer = this.#timers.after(limitMs, late.resolve);
    await Promise.race([this.drained(), late.promise]);
    timer.cancel();
    this.#stopped = true;
    const lost = this.queue.rows;
    // With a broker that is away, closing may take as long as a request: nobody waits for it.
    const closed = this.#options.producer.close().catch(() => undefined);
    if (lost === 0) await closed;
    return lost;
  }

  #seal(): void {
    this.#age?.cancel();
    this.#age = undefined;
    const rows = this.#columns.length;
    if (rows === 0) return;
    this.queue.push({ message: { key: this.#key, value: encodeBatch(this.#columns) }, rows });
    this.#columns.clear();
    void this.#send();
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    let backoffMs = FIRST_BACKOFF_MS;
    while (this.queue.length > 0 && !this.#stopped) {
      const messages = this.queue.take(SEND_BATCHES, SEND_BYTES).map(({ message }) => message);
      try {
        await this.#options.producer.send(this.#options.topic, messages);
        this.acked += this.queue.sent();
        this.#makeRoom();
        if (this.trouble !== null) {
          this.#options.log.info({ waiting: this.queue.rows }, "Kafka takes events again");
          this.#options.onReturn?.();
        }
        this.trouble = null;
        backoffMs = FIRST_BACKOFF_MS;
      } catch (error) {
        this.queue.unsent();
        this.failures++;
        const why = error instanceof Error ? error.message : String(error);
        if (this.trouble === null)
          this.#options.log.warn({ waiting: this.queue.rows }, `${why}; events wait in memory`);
        this.trouble = why;
        await new Promise<void>((resolve) => this.#timers.after(backoffMs, resolve));
        backoffMs = Math.min(backoffMs * 2, LAST_BACKOFF_MS);
      }
    }
    this.#sending = false;
    if (this.queue.length === 0) {
      this.#drained.resolve();
      this.#drained = Promise.withResolvers<void>();
    }
  }
  #makeRoom(): void {
    if (this.queue.bytes > this.#options.queueBytes) return;
    this.#room?.resolve();
    this.#room = undefined;
  }
}
