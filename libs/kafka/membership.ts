import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer as KafkaJsConsumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import { HangupError } from "@hangup/service";
import { kafkaClient, within, type KafkaOptions } from "./connection.ts";
import { kafkaError, rootCause } from "./failure.ts";
import type { IncomingBatch, IncomingMessage } from "./port.ts";
import { requireTopics } from "./topics.ts";

export interface ConsumerOptions extends KafkaOptions {
  readonly groupId: string;
  /** Most bytes that one fetch brings from one partition; default 4 MiB. */
  readonly maxPartitionBytes?: number;
  /** A member that is silent for so long loses its partitions; default 30 s. */
  readonly sessionTimeoutMs?: number;
}

/** The broker answers a fetch as soon as there is a byte; this is how long it may hold an empty one, and so a stop. */
const FETCH_WAIT_MS = 500;
/** A first join on a broker that has just started waits for its coordinator. */
const JOIN_LIMIT_MS = 60_000;
/** Before a batch that failed is read again. */
const FAILURE_PAUSE_MS = 500;
const COMMIT_ATTEMPTS = 5;
/** A fetch is answered every FETCH_WAIT_MS; a broker that is silent for so long is away. */
const SILENCE_MS = 10_000;
/** To leave the group takes one request, unless the broker is away. */
const LEAVE_LIMIT_MS = 3_000;
/** Partitions that are handled at the same time; each in order. */
const CONCURRENCY = 4;

/** The broker says so when this member's partitions belong to others, or are about to. */
const fenced: ReadonlySet<string> = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID",
]);

/**
 * One kafkajs consumer from its connect to its end. `crashed` is called when kafkajs gives up; it has left the group and
 * closed its connections by then.
 */
export class Membership {
  readonly #consumer: KafkaJsConsumer;
  readonly #options: ConsumerOptions;
  readonly #joined = Promise.withResolvers<void>();
  readonly #inHand = new Set<Promise<void>>();
  /** Counts what makes fetched batches stale: a join may give the partition to another, a failure rewinds the position. */
  #epoch = 0;
  #stopping = false;
  #problem: string | null = "has not joined its consumer group yet";
  /** When the broker last said something, by performance.now(). */
  #answered = 0;
  /** `topic/partition` → the offset that the broker has just confirmed. */
  readonly #confirmed = new Map<string, string>();
  /** `topic/partition` → where reading begins again after a failure. */
  readonly #resume = new Map<string, string>();

  constructor(options: ConsumerOptions, crashed: (error: Error) => void) {
    const { groupId, maxPartitionBytes = 4 * 1024 * 1024, sessionTimeoutMs = 30_000 } = options;
    this.#options = options;
    // Restarting is ours: kafkajs's own leaves out the errors that it calls not retriable.
    // Five minutes of trying: a broker that comes back finds the same member again. A new one would have to wait until the
    // broker gives up the old, a session timeout later.
    const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 300, restartOnFailure: async () => false };
    this.#consumer = kafkaClient(options, { retry }).consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      maxBytesPerPartition: maxPartitionBytes,
      maxBytes: maxPartitionBytes * CONCURRENCY,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      retry,
    });
    const { GROUP_JOIN, REBALANCING, CRASH, COMMIT_OFFSETS, FETCH, HEARTBEAT } = this.#consumer.events;
    for (const event of [FETCH, HEARTBEAT] as const)
      this.#consumer.on(event, () => (this.#answered = performance.now()));
    this.#consumer.on(REBALANCING, () => {
      this.#epoch++;
      this.#problem = "its consumer group is rebalancing";
    });
    this.#consumer.on(GROUP_JOIN, () => {
      this.#epoch++;
      this.#resume.clear();
      this.#problem = null;
      this.#answered = performance.now();
      this.#joined.resolve();
    });
    this.#consumer.on(CRASH, ({ payload }) => {
      this.#epoch++;
      this.#problem = rootCause(payload.error).message;
      this.#joined.reject(payload.error);
      crashed(payload.error);
    });
    this.#consumer.on(COMMIT_OFFSETS, ({ payload }) => {
      for (const { topic, partitions } of payload.topics) {
        for (const { partition, offset } of partitions) this.#confirmed.set(`${topic}/${partition}`, offset);
      }
    });
    this.#joined.promise.catch(() => undefined);
  }

  /** Why it does not read, or null. */
  get problem(): string | null {
    if (this.#problem !== null) return this.#problem;
    const silentMs = performance.now() - this.#answered;
    if (this.#inHand.size > 0 || silentMs < SILENCE_MS) return null;
    return `Kafka at ${this.#options.brokers.join(", ")} has not answered for ${Math.round(silentMs / 1000)} s`;
  }

  /**
   * Resolves once the group has given it its partitions; gives up when the signal is aborted, with its reason.
   * @throws HangupError HANGUP_KAFKA_UNREACHABLE or HANGUP_KAFKA.
   */
  async start(
    topics: readonly string[],
    handle: (batch: IncomingBatch) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const joining = this.#join(topics, handle);
    // The one that loses the race is looked at by nobody else.
    for (const promise of [joining, aborted.promise]) promise.catch(() => undefined);
    try {
      signal.throwIfAborted();
      await Promise.race([joining, aborted.promise]);
    } catch (error) {
      await this.#disconnect();
      throw kafkaError(error, this.#options.brokers);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #join(topics: readonly string[], handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    const { brokers } = this.#options;
    // Asked first, since the patience that follows is for a broker and topics that were there.
    await requireTopics(brokers, topics);
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await within(JOIN_LIMIT_MS, brokers, async () => {
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: CONCURRENCY,
        eachBatch: (payload) => this.#take(payload, handle),
      });
      await this.#joined.promise;
    });
  }

  async leave(): Promise<void> {
    this.#stopping = true;
    // kafkajs takes no commit once it stops: what is in hand comes first.
    await Promise.allSettled(this.#inHand);
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    const left = this.#consumer.disconnect().catch(() => undefined);
    await Promise.race([left, sleep(LEAVE_LIMIT_MS, undefined, { ref: false })]);
  }

  async #take(payload: EachBatchPayload, handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    if (this.#stopping) {
      // Left unread, so kafkajs would bring it again at once.
      await sleep(50);
      return;
    }
    const work = this.#handle(payload, handle);
    this.#inHand.add(work);
    try {
      await work;
    } finally {
      this.#inHand.delete(work);
    }
  }

  async #handle(payload: EachBatchPayload, handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    const { topic, partition } = payload.batch;
    const incoming = this.#incoming(payload);
    try {
      await handle(incoming);
    } catch (error) {
      const cause = rootCause(error) as Error & { type?: string };
      // As kafkajs threw it: it joins the group again when it sees one of these.
      if (fenced.has(cause.type ?? "")) throw cause;
      if (incoming.stale() || this.#stopping) return;
      this.#options.log?.warn({ topic, partition }, `a batch failed and is read again: ${(error as Error).message}`);
      this.#rewind(topic, partition);
      await sleep(FAILURE_PAUSE_MS);
      return;
    }
    // The next fetch begins behind it, gaps at its end (control records) included. Not when the group was joined anew
    // meanwhile: kafkajs would move the new membership's position past what this one left uncommitted.
    if (!incoming.stale()) payload.resolveOffset(payload.batch.lastOffset());
  }

  /** Reads the partition again from its last commit, or from where this membership began to read it. */
  #rewind(topic: string, partition: number): void {
    const offset = this.#resume.get(`${topic}/${partition}`);
    if (offset !== undefined) this.#consumer.seek({ topic, partition, offset });
  }

  #incoming(payload: EachBatchPayload): IncomingBatch {
    const { batch } = payload;
    const { topic, partition } = batch;
    const epoch = this.#epoch;
    const key = `${topic}/${partition}`;
    const first = batch.firstOffset();
    if (first !== null && !this.#resume.has(key)) this.#resume.set(key, first);
    const stale = (): boolean => this.#epoch !== epoch || payload.isStale();
    return {
      topic,
      partition,
      messages: batch.messages.map(incomingMessage),
      highWatermark: BigInt(batch.highWatermark),
      heartbeat: () => payload.heartbeat(),
      stale,
      commit: async (offset, metadata) => {
        await this.#commit(payload, stale, String(offset), metadata ?? null);
        // When the rest of the batch fails, only the rest is read again.
        if (offset > 0n && !stale()) payload.resolveOffset(String(offset - 1n));
      },
    };
  }

  /**
   * Straight to the group's offset manager: the consumer's own commit also resolves when it did not commit (stopped), and
   * tries again under a later generation (fenced). The event is the broker's word.
   */
  async #commit(
    payload: EachBatchPayload,
    stale: () => boolean,
    offset: string,
    metadata: string | null,
  ): Promise<void> {
    const { topic, partition } = payload.batch;
    const key = `${topic}/${partition}`;
    const partitions = [{ partition, offset, metadata }];
    for (let attempt = 1; ; attempt++) {
      if (stale()) throw new HangupError("HANGUP_KAFKA", `${key} was taken away before offset ${offset} was committed`);
      this.#confirmed.delete(key);
      try {
        await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
        if (this.#confirmed.get(key) === offset) {
          this.#resume.set(key, offset);
          return;
        }
        throw new HangupError("HANGUP_KAFKA", `offset ${offset} of ${key} was not committed`);
      } catch (error) {
        const failure = rootCause(error) as { retriable?: boolean; type?: string };
        const hopeless = failure.retriable !== true || fenced.has(failure.type ?? "");
        if (hopeless || attempt === COMMIT_ATTEMPTS) throw kafkaError(error, this.#options.brokers);
        await sleep(100 * attempt);
      }
    }
  }
}

function incomingMessage({ offset, timestamp, key, value, headers }: KafkaMessage): IncomingMessage {
  return {
    offset: BigInt(offset),
    timestampMs: Number(timestamp),
    key,
    value,
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, content]) => [name, String(content)])),
  };
}
