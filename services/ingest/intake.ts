import type { IncomingBatch, Producer } from "@hangup/kafka";
import { type Clock, HangupError, type Logger } from "@hangup/service";
import type { Block, BlockFormer, TimeRange } from "./block.ts";
import { deadLetterMessage } from "./dead-letters.ts";
import type { IngestMetrics } from "./metrics.ts";
import { Vigil } from "./vigil.ts";
import type { BlockWriter } from "./writer.ts";

/** A clock may be wrong by so much before a row is taken for a mistake. */
const AHEAD_US = 3_600e6;

export interface IntakeParts {
  readonly former: BlockFormer;
  readonly writer: BlockWriter;
  readonly deadLetters: Pick<Producer, "send">;
  readonly deadLetterTopic: string;
  /** The longest that a row waits here when there are few. */
  readonly maxAgeMs: number;
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly metrics: IngestMetrics;
  readonly log: Logger;
}

/**
 * From what one fetch of one partition brought to rows in ClickHouse. Between two fetches nothing is kept: what is not
 * committed when a partition is taken away, or the process dies, is read again by whoever has it next.
 *
 * In a backlog one block follows the other. When caught up, blocks of a partition are half of `maxAgeMs` apart, so that
 * few rows do not become many small inserts: a row that arrives just after a fetch waits for the block of that fetch
 * and for its own, `maxAgeMs` at most.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #stop = new AbortController();
  /** When the last block of each partition was formed. */
  readonly #formedMs = new Map<number, number>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Ends waits: the blocks in hand are written without delay, or left to the next run if ClickHouse refuses them. */
  stop(): void {
    this.#stop.abort();
  }

  /** @throws what Kafka throws: the fetch is then read again from the last commit. */
  async handle(fetch: IncomingBatch): Promise<void> {
    const { clock, former } = this.#parts;
    if (isCaughtUp(fetch)) await this.#pace(fetch);
    for (let next = 0; next < fetch.messages.length;) {
      if (fetch.stale()) return this.#forget(fetch.partition);
      this.#formedMs.set(fetch.partition, clock.now());
      const block = former.form(fetch.partition, fetch.messages, next, this.#range());
      if (!(await this.#settle(fetch, block))) return;
      next += block.messages;
    }
  }

  /** Dead letters, then rows, then the commit that says both are done. False when another member has the partition now. */
  async #settle(fetch: IncomingBatch, block: Block): Promise<boolean> {
    const { former, writer, metrics } = this.#parts;
    await this.#sendDeadLetters(fetch.topic, block);
    const stored = block.rows === 0 || (await writer.write(block, fetch, this.#stop.signal));
    // Only then: a try that was given up may still be reading it.
    if (stored) former.recycle(block);
    if (fetch.stale()) {
      this.#forget(fetch.partition);
      return false;
    }
    // To return would tell the consumer to go on behind this block, and the next commit would lose it.
    if (!stored) throw leftForNextRun(fetch.topic, block);
    await fetch.commit(block.to);
    metrics.messages.inc(block.messages);
    metrics.lag.set({ partition: fetch.partition }, Math.max(0, Number(fetch.highWatermark - block.to)));
    return true;
  }

  async #sendDeadLetters(topic: string, block: Block): Promise<void> {
    if (block.deadLetters.length === 0) return;
    const { deadLetters, deadLetterTopic, metrics, log } = this.#parts;
    await deadLetters.send(
      deadLetterTopic,
      block.deadLetters.map((letter) => deadLetterMessage(letter, topic, block.partition)),
    );
    for (const { reason } of block.deadLetters) metrics.deadLetters.inc({ reason });
    metrics.outOfRange.inc(block.outOfRangeRows);
    const [{ reason, detail, message }] = block.deadLetters;
    log.warn(
      { partition: block.partition, offset: String(message.offset), reason, detail, count: block.deadLetters.length },
      "messages set aside in the dead-letter topic",
    );
  }

  /** @throws what a heartbeat threw: the group changes, and the fetch comes again to whoever has the partition then. */
  async #pace(fetch: IncomingBatch): Promise<void> {
    const { clock, maxAgeMs } = this.#parts;
    const formed = this.#formedMs.get(fetch.partition);
    const wait = formed === undefined ? 0 : formed + maxAgeMs / 2 - clock.now();
    if (wait <= 0) return;
    const vigil = new Vigil(fetch, clock);
    try {
      await clock.sleep(Math.min(wait, maxAgeMs / 2), AbortSignal.any([this.#stop.signal, vigil.broken]));
    } finally {
      await vigil.end();
    }
    vigil.throwIfBroken();
  }

  #range(): TimeRange {
    const nowUs = this.#parts.clock.now() * 1_000;
    return { oldestUs: nowUs - this.#parts.retentionMs * 1_000, newestUs: nowUs + AHEAD_US };
  }

  /** Another member reads the partition now, and reports how far it is. */
  #forget(partition: number): void {
    this.#formedMs.delete(partition);
    this.#parts.metrics.lag.remove({ partition });
  }
}

function leftForNextRun(topic: string, { partition, from, to }: Block): HangupError {
  const range = `${topic}/${partition} offsets ${from} to ${to - 1n}`;
  return new HangupError(
    "HANGUP_CLICKHOUSE_UNREACHABLE",
    `stopped before ClickHouse took ${range}: the next start reads them again`,
  );
}

function isCaughtUp({ messages, highWatermark }: IncomingBatch): boolean {
  return messages.length === 0 || messages[messages.length - 1].offset + 1n >= highWatermark;
}
