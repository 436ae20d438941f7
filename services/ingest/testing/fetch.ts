import type { IncomingBatch, IncomingMessage } from "@hangup/kafka";

/** A fetch that writes down what is done with it. */
export class RecordedFetch implements IncomingBatch {
  readonly topic = "hangup.teardowns.v1";
  readonly partition: number;
  readonly messages: readonly IncomingMessage[];
  readonly highWatermark: bigint;
  readonly commits: bigint[] = [];
  heartbeats = 0;
  isStale = false;
  /** What a heartbeat is rejected with, if anything. */
  heartbeatError: Error | null = null;

  /** `behind`: messages that the partition holds beyond these. */
  constructor(messages: readonly IncomingMessage[], behind = 0, partition = 3) {
    this.messages = messages;
    this.partition = partition;
    this.highWatermark = (messages.at(-1)?.offset ?? -1n) + 1n + BigInt(behind);
  }

  heartbeat(): Promise<void> {
    this.heartbeats++;
    return this.heartbeatError === null ? Promise.resolve() : Promise.reject(this.heartbeatError);
  }

  stale(): boolean {
    return this.isStale;
  }

  commit(offset: bigint): Promise<void> {
    this.commits.push(offset);
    return Promise.resolve();
  }
}
