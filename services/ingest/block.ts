import type { IncomingMessage } from "@hangup/kafka";
import { BatchError, decodeBatch, NativeBlock, TeardownColumns, type BatchErrorReason } from "@hangup/teardowns";

export type DeadLetterReason = BatchErrorReason | "out_of_range";

/** A message that is set aside: as a whole, or with the rows that were in range stored. */
export interface DeadLetter {
  readonly message: IncomingMessage;
  readonly reason: DeadLetterReason;
  /** For a person. */
  readonly detail: string;
}

/** Consecutive messages of one partition as one insert. */
export interface Block {
  readonly partition: number;
  /** Offsets `[from, to)` are dealt with once the block is stored. */
  readonly from: bigint;
  readonly to: bigint;
  readonly messages: number;
  readonly rows: number;
  /** In ClickHouse's Native format, columns as NativeBlock.columnNames; empty when no row is to be stored. */
  readonly body: Buffer;
  readonly deadLetters: readonly DeadLetter[];
  readonly outOfRangeRows: number;
  /** When the oldest message reached Kafka, milliseconds since the epoch. */
  readonly oldestMs: number;
}

export interface BlockLimits {
  /** A block takes no further message from so many rows, or so many bytes of messages, on. */
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Rows that ended before `oldestUs` or after `newestUs` are not stored: their partition of the table would be gone, or never go. */
export interface TimeRange {
  readonly oldestUs: number;
  readonly newestUs: number;
}

/** As many as partitions are usually written at the same time. */
const MOST_SPARE = 4;

/**
 * Forms blocks: the one place where messages become rows. Nothing waits in here, so that one set of tables serves all
 * partitions, and the same messages from the same start always give the same block.
 */
export class BlockFormer {
  readonly #limits: BlockLimits;
  readonly #batch = new TeardownColumns();
  readonly #native = new NativeBlock();
  /** Bodies that were sent: the memory of the next ones. */
  readonly #spare: Buffer[] = [];

  constructor(limits: BlockLimits) {
    this.#limits = limits;
  }

  /** The block that begins at `messages[start]`; takes at least that one. */
  form(partition: number, messages: readonly IncomingMessage[], start: number, range: TimeRange): Block {
    const native = this.#native;
    const deadLetters: DeadLetter[] = [];
    let outOfRangeRows = 0;
    let bytes = 0;
    let oldestMs = Infinity;
    let next = start;
    native.clear();
    for (; next < messages.length && native.length < this.#limits.maxRows && bytes < this.#limits.maxBytes; next++) {
      const message = messages[next];
      bytes += message.value?.length ?? 0;
      oldestMs = Math.min(oldestMs, message.timestampMs);
      const error = this.#decode(message);
      if (error !== null) {
        deadLetters.push({ message, reason: error.reason, detail: error.message });
        continue;
      }
      const refused = this.#appendInRange(partition, message, range);
      if (refused === 0) continue;
      outOfRangeRows += refused;
      const detail = `${refused} of ${this.#batch.length} rows ended before the retention or more than an hour ahead`;
      deadLetters.push({ message, reason: "out_of_range", detail });
    }
    return {
      partition,
      from: messages[start].offset,
      to: messages[next - 1].offset + 1n,
      messages: next - start,
      rows: native.length,
      body: native.length === 0 ? Buffer.alloc(0) : native.toBuffer(this.#spare.pop()),
      deadLetters,
      outOfRangeRows,
      oldestMs,
    };
  }

  /** The block is stored, and nobody reads its body any more. */
  recycle({ body }: Block): void {
    if (body.length > 0 && this.#spare.length < MOST_SPARE) this.#spare.push(body);
  }

  #decode({ value }: IncomingMessage): BatchError | null {
    try {
      decodeBatch(value ?? Buffer.alloc(0), this.#batch);
      return null;
    } catch (error) {
      if (error instanceof BatchError) return error;
      throw error;
    }
  }

  /** Appends the decoded batch's rows in runs, leaving out those outside the range; gives how many those are. */
  #appendInRange(partition: number, { offset }: IncomingMessage, { oldestUs, newestUs }: TimeRange): number {
    const batch = this.#batch;
    const ends = batch.rows.end_time;
    let refused = 0;
    let from = 0;
    for (let i = 0; i < batch.length; i++) {
      if (ends[i] >= oldestUs && ends[i] <= newestUs) continue;
      this.#native.append(batch, partition, Number(offset), from, i);
      from = i + 1;
      refused++;
    }
    this.#native.append(batch, partition, Number(offset), from);
    return refused;
  }
}
