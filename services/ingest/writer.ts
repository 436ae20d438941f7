import type { Clock, Logger } from "@hangup/service";
import type { Block } from "./block.ts";
import type { IngestMetrics } from "./metrics.ts";
import { Vigil, type Tenure } from "./vigil.ts";

export interface WriterParts {
  /** Stores the body; rejects when that failed or is not known. */
  readonly insert: (block: Block) => Promise<void>;
  readonly clock: Clock;
  readonly metrics: IngestMetrics;
  readonly log: Logger;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

/**
 * Writes blocks: the one place that inserts. The same bytes are sent until ClickHouse takes them, however long that is:
 * the offset is not committed before, so nothing is lost, and Kafka keeps what comes meanwhile.
 */
export class BlockWriter {
  readonly #parts: WriterParts;
  #problem: string | null = null;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** null while inserts succeed, else what the last failure said. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * @returns false when it was given up: the partition was taken away, or the signal came while ClickHouse refused.
   * @throws what a heartbeat threw, when the block could not be stored either: the group changes, and a member that goes
   * on trying by itself would be put out of it.
   */
  async write(block: Block, tenure: Tenure, signal: AbortSignal): Promise<boolean> {
    const vigil = new Vigil(tenure, this.#parts.clock);
    try {
      return await this.#insertUntilStored(block, vigil, signal);
    } finally {
      await vigil.end();
    }
  }

  async #insertUntilStored(block: Block, vigil: Vigil, signal: AbortSignal): Promise<boolean> {
    const { clock, insert } = this.#parts;
    for (let attempt = 0; !vigil.stale(); attempt++) {
      const startedMs = clock.now();
      try {
        await insert(block);
        this.#stored(block, startedMs);
        return true;
      } catch (error) {
        this.#failed(block, error instanceof Error ? error.message : String(error));
      }
      if (signal.aborted) return false;
      await clock.sleep(retryDelay(attempt), AbortSignal.any([signal, vigil.broken]));
      vigil.throwIfBroken();
    }
    return false;
  }

  #stored(block: Block, startedMs: number): void {
    const { clock, metrics, log } = this.#parts;
    if (this.#problem !== null) log.info("inserts succeed again");
    this.#problem = null;
    metrics.insertDuration.observe((clock.now() - startedMs) / 1_000);
    metrics.storedDelay.observe(Math.max(0, clock.now() - block.oldestMs) / 1_000);
    metrics.blocks.inc();
    metrics.blockRows.observe(block.rows);
    metrics.rows.inc(block.rows);
  }

  #failed(block: Block, message: string): void {
    const { metrics, log } = this.#parts;
    metrics.insertFailures.inc();
    // Once a change of state: a line a try would fill the log of an outage with itself.
    if (this.#problem !== message) {
      log.warn({ partition: block.partition, rows: block.rows, error: message }, "insert failed, trying again");
    }
    this.#problem = message;
  }
}

function retryDelay(attempt: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt, 20), LAST_RETRY_MS);
}
