import type { Teardown } from "@hangup/teardowns";

/** A live row is judged this long after its end; so a replayed one comes. */
const JUDGED_AFTER_US = 1_000_000;
/** Between the end of the capture and its next beginning. */
const PAUSE_US = 1_000_000;

/** Moves all times of a row. */
export function shiftRow(row: Teardown, byUs: number): Teardown {
  row.start_time += byUs;
  row.end_time += byUs;
  row.judged_time += byUs;
  return row;
}

/**
 * A capture file's events as if they happened now: kept, ordered, and given out when their time has come. For captures
 * that fit into memory as rows.
 */
export class Replay {
  readonly #rows: Teardown[] = [];
  readonly #loop: boolean;
  readonly #emit: (row: Teardown) => void;
  #next = 0;
  #seq = 0;
  #shiftUs = 0;
  #spanUs = 0;

  constructor(loop: boolean, emit: (row: Teardown) => void) {
    this.#loop = loop;
    this.#emit = emit;
  }

  /** Keeps a copy of a row. */
  take(row: Teardown): void {
    this.#rows.push({
      ...row,
      client_ip: row.client_ip.slice(),
      server_ip: row.server_ip.slice(),
      evidence: [...row.evidence],
    });
  }

  /** All rows are here: the capture's first packet is now. */
  begin(firstUs: number, lastUs: number, nowUs: number): void {
    this.#rows.sort((a, b) => a.end_time - b.end_time);
    this.#shiftUs = nowUs - firstUs;
    this.#spanUs = lastUs - firstUs + JUDGED_AFTER_US + PAUSE_US;
  }

  /** Gives out what is due. False when nothing will come any more. */
  advance(nowUs: number): boolean {
    while (this.#rows.length > 0) {
      if (this.#next === this.#rows.length) {
        if (!this.#loop) return false;
        this.#next = 0;
        this.#shiftUs += this.#spanUs;
      }
      const row = this.#rows[this.#next];
      const dueUs = row.end_time + this.#shiftUs + JUDGED_AFTER_US;
      if (dueUs > nowUs) return true;
      this.#next++;
      const copy = shiftRow({ ...row, seq: this.#seq++ }, this.#shiftUs);
      copy.judged_time = dueUs;
      this.#emit(copy);
    }
    return false;
  }
}
