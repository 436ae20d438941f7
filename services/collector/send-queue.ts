import type { OutgoingMessage } from "@hangup/kafka";

/** One encoded batch of events that waits for the broker. */
export interface QueuedBatch {
  readonly message: OutgoingMessage;
  readonly rows: number;
}

/** What a queue entry costs beside its bytes: objects and Buffer headers. */
const ENTRY_OVERHEAD = 400;

/**
 * Encoded batches in the order of their events. Bounded by bytes: beyond them the oldest go, and are counted; their gap
 * in `seq` tells the receiver what it lost. Batches that are being sent are never dropped.
 */
export class SendQueue {
  readonly #maxBytes: number;
  /** Places before the head are empty: what has left the queue is held by nobody. */
  #batches: (QueuedBatch | undefined)[] = [];
  #head = 0;
  #sending = 0;
  bytes = 0;
  rows = 0;
  droppedRows = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#batches.length - this.#head;
  }

  push(batch: QueuedBatch): void {
    this.#batches.push(batch);
    this.bytes += size(batch);
    this.rows += batch.rows;
    while (this.bytes > this.#maxBytes && this.length > this.#sending + 1) this.droppedRows += this.#dropOldest();
  }

  /** The oldest batches, up to the limits and at least one; they stay until `sent` or `unsent`. */
  take(maxBatches: number, maxBytes: number): readonly QueuedBatch[] {
    const taken: QueuedBatch[] = [];
    let bytes = 0;
    for (let i = this.#head; i < this.#batches.length && taken.length < maxBatches; i++) {
      const batch = this.#at(i);
      bytes += size(batch);
      if (taken.length > 0 && bytes > maxBytes) break;
      taken.push(batch);
    }
    this.#sending = taken.length;
    return taken;
  }

  /** The batches of the last `take` have arrived. Returns their rows. */
  sent(): number {
    let rows = 0;
    for (let i = 0; i < this.#sending; i++) rows += this.#remove(this.#head);
    this.#sending = 0;
    return rows;
  }

  /** The batches of the last `take` have not arrived: they are the next again. */
  unsent(): void {
    this.#sending = 0;
  }

  /** Takes out the oldest batch that is not being sent. */
  #dropOldest(): number {
    if (this.#sending === 0) return this.#remove(this.#head);
    const batch = this.#at(this.#head + this.#sending);
    this.#batches.splice(this.#head + this.#sending, 1);
    this.bytes -= size(batch);
    this.rows -= batch.rows;
    return batch.rows;
  }

  #remove(index: number): number {
    const batch = this.#at(index);
    this.#batches[index] = undefined;
    this.#head = index + 1;
    this.bytes -= size(batch);
    this.rows -= batch.rows;
    // Shifting an array of many thousands one by one would be quadratic.
    if (this.length === 0 || (this.#head > 1_024 && this.#head * 2 > this.#batches.length)) {
      this.#batches = this.#batches.slice(this.#head);
      this.#head = 0;
    }
    return batch.rows;
  }

  /** A place from the head on. */
  #at(index: number): QueuedBatch {
    return this.#batches[index] as QueuedBatch;
  }
}

function size({ message }: QueuedBatch): number {
  return message.value.length + ENTRY_OVERHEAD;
}
