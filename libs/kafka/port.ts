/**
 * What Hangup needs of a Kafka client, and no more: another driver can take kafkajs's place behind it.
 * Offsets are decimal strings in kafkajs and bigints here; times are milliseconds since the epoch.
 */

export interface OutgoingMessage {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Producer {
  /** Resolves when the broker has acknowledged all of them (acks=all). Rejects with a HangupError; nothing is retried for ever. */
  send(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}

export interface IncomingMessage {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Consecutive messages of one partition, as one fetch brought them. */
export interface IncomingBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly IncomingMessage[];
  /** The next offset that the broker will write: how far behind the consumer is. */
  readonly highWatermark: bigint;
  /** Keeps the membership alive while a slow insert runs. */
  heartbeat(): Promise<void>;
  /** True when the partition was taken away or the consumer stops: what is in hand must not be committed any more. */
  stale(): boolean;
  /** Commits `offset` as the next one to read; resolves when the broker has it. */
  commit(offset: bigint, metadata?: string): Promise<void>;
}

export interface Consumer {
  /** Calls `handle` for each batch, one at a time per partition; a rejection is retried from the last committed offset. */
  run(topics: readonly string[], handle: (batch: IncomingBatch) => Promise<void>): Promise<void>;
  /** Waits for the batch in hand, then leaves the group. */
  stop(): Promise<void>;
  /** null when every assigned partition is being read, else why not. */
  ready(): string | null;
}
