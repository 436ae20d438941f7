import type { Consumer as KafkaJsConsumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import { HangupError } from "@hangup/service";
import { kafkaClient, within, type KafkaOptions } from "./connection.ts";
import { kafkaError } from "./failure.ts";
import type { Consumer, IncomingBatch, IncomingMessage } from "./port.ts";

export interface ConsumerOptions extends KafkaOptions {
  readonly groupId: string;
  /** Most bytes that one fetch brings from one partition; default 4 MiB. */
  readonly maxPartitionBytes?: number;
  /** A member that is silent for so long loses its partitions; default 30 s. */
  readonly sessionTimeoutMs?: number;
}

/** The broker answers a fetch as soon as there is a byte; this is how long it may hold an empty one. */
const FETCH_WAIT_MS = 1_000;
/** A first join on a broker that has just started waits for its coordinator. */
const JOIN_LIMIT_MS = 60_000;

/** A member of a consumer group that starts at the beginning of a topic it has no commit for. Inert until `run`, which
 * resolves once the member reads, or rejects with HANGUP_KAFKA_UNREACHABLE. Later failures are logged and mended by itself. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { groupId, maxPartitionBytes = 4 * 1024 * 1024, sessionTimeoutMs = 30_000 } = options;
  const retry = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5, restartOnFailure: async () => true };
  const consumer = kafkaClient(options, { retry }).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
    maxBytesPerPartition: maxPartitionBytes,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    retry,
  });
  return new GroupMember(consumer, options);
}

class GroupMember implements Consumer {
  readonly #consumer: KafkaJsConsumer;
  readonly #options: ConsumerOptions;
  readonly #joined = Promise.withResolvers<void>();
  readonly #inHand = new Set<Promise<void>>();
  /** How often this member has joined: what was fetched before the last join may belong to another by now. */
  #joins = 0;
  #stopping = false;
  #problem: string | null = "has not joined its consumer group yet";
  /** `topic/partition` → the offset that the broker last confirmed. */
  readonly #committed = new Map<string, string>();

  constructor(consumer: KafkaJsConsumer, options: ConsumerOptions) {
    this.#consumer = consumer;
    this.#options = options;
    const { GROUP_JOIN, REBALANCING, CRASH, COMMIT_OFFSETS } = consumer.events;
    consumer.on(GROUP_JOIN, () => {
      this.#joins++;
      this.#problem = null;
      this.#joined.resolve();
    });
    consumer.on(REBALANCING, () => {
      this.#problem = "its consumer group is rebalancing";
    });
    consumer.on(CRASH, ({ payload }) => {
      this.#problem = kafkaError(payload.error, options.brokers).message;
      options.log?.warn({ groupId: options.groupId }, `consumer starts again: ${payload.error.message}`);
    });
    consumer.on(COMMIT_OFFSETS, ({ payload }) => {
      for (const { topic, partitions } of payload.topics) {
        for (const { partition, offset } of partitions) this.#committed.set(`${topic}/${partition}`, offset);
      }
    });
  }

  async run(topics: readonly string[], handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    const { brokers } = this.#options;
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await within(JOIN_LIMIT_MS, brokers, async () => {
        await this.#consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: 4,
          eachBatch: (payload) => this.#take(payload, handle),
        });
        await this.#joined.promise;
      });
    } catch (error) {
      await this.#consumer.disconnect().catch(() => undefined);
      throw kafkaError(error, brokers);
    }
  }

  ready(): string | null {
    return this.#problem;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // kafkajs refuses commits once it stops: what is in hand comes first
    await Promise.allSettled(this.#inHand);
    await this.#consumer.disconnect();
  }

  async #take(payload: EachBatchPayload, handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    if (this.#stopping) return;
    const work = this.#handle(payload, handle);
    this.#inHand.add(work);
    try {
      await work;
    } finally {
      this.#inHand.delete(work);
    }
  }

  async #handle(payload: EachBatchPayload, handle: (batch: IncomingBatch) => Promise<void>): Promise<void> {
    const incoming = this.#incoming(payload);
    try {
      await handle(incoming);
    } catch (error) {
      if (this.#stopping) return;
      throw error;
    }
    // The next fetch begins behind it, gaps at its end (control records) included. Not when the group was joined anew
    // meanwhile: kafkajs would move the new membership's position past what this one left uncommitted.
    if (!incoming.stale()) payload.resolveOffset(payload.batch.lastOffset());
  }

  #incoming(payload: EachBatchPayload): IncomingBatch {
    const { batch } = payload;
    const { topic, partition } = batch;
    const joins = this.#joins;
    const stale = (): boolean => this.#joins !== joins || payload.isStale();
    return {
      topic,
      partition,
      messages: batch.messages.map(incomingMessage),
      highWatermark: BigInt(batch.highWatermark),
      heartbeat: () => payload.heartbeat(),
      stale,
      commit: async (offset, metadata) => {
        if (stale())
          throw new HangupError(
            "HANGUP_KAFKA",
            `${topic}/${partition} was taken away before offset ${offset} was committed`,
          );
        await this.#commit(topic, partition, offset, metadata);
        // When the rest of the batch fails, only the rest is read again.
        if (offset > 0n) payload.resolveOffset(String(offset - 1n));
      },
    };
  }

  /** kafkajs also resolves when it did not commit (stopped, fenced): its event is the proof. */
  async #commit(topic: string, partition: number, offset: bigint, metadata?: string): Promise<void> {
    const key = `${topic}/${partition}`;
    this.#committed.delete(key);
    try {
      await this.#consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata: metadata ?? null }]);
    } catch (error) {
      throw kafkaError(error, this.#options.brokers);
    }
    if (this.#committed.get(key) !== String(offset)) {
      throw new HangupError("HANGUP_KAFKA", `offset ${offset} of ${key} was not committed`);
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
