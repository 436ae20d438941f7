import * as A from "./arena-layout.ts";
import type { Arena } from "./arena.ts";
import type { EndedConnection } from "./ended.ts";
import type { AlikeSink, Tracking } from "./tracking.ts";

/**
 * Connections that ended as others did before, where that is all there is to say: they are judged and forgotten without being looked at
 * here (wasm/assembly/ends.ts).
 */
export class AlikeEnds {
  readonly #k: Tracking;
  readonly #arena: Arena;
  readonly #sink: AlikeSink;

  constructor(k: Tracking, sink: AlikeSink) {
    this.#k = k;
    this.#arena = k.table.arena;
    this.#sink = sink;
  }

  /** The sink was given such a one. */
  know({ likeness, captureLoss }: EndedConnection): void {
    const { state, likenesses } = this.#arena;
    const known = state[A.LIKENESSES_KNOWN >> 2];
    if (likeness === 0 || captureLoss || known === A.MOST_LIKENESSES) return;
    if (likenesses.subarray(0, known).includes(likeness)) return;
    likenesses[known] = likeness;
    state[A.LIKENESSES_KNOWN >> 2]++;
  }

  /** Takes records that are due out of the wheel of this number; answers how many of them have more to say: their slots stand in `Arena.due`. */
  takeDue(wheel: number, nowUs: number): number {
    for (;;) {
      const due = this.#arena.takeDue(wheel, nowUs);
      const told = this.#tell();
      if (due === 0 && told === A.MOST_ENDS) continue;
      this.#fetchDue(due);
      return due;
    }
  }

  /** At the end, at `nowUs`: the first slot from `slot` on whose record has more to say, or the first behind all. */
  left(slot: number, nowUs: number): number {
    const { high } = this.#k.table;
    for (let next = slot; ;) {
      next = this.#arena.left(next, high, nowUs);
      if (this.#tell() < A.MOST_ENDS) return next;
    }
  }

  /** Tells those that are written; answers how many. */
  #tell(): number {
    const { state, ends } = this.#arena;
    const written = state[A.ENDS_WRITTEN >> 2];
    state[A.ENDS_WRITTEN >> 2] = 0;
    this.#fetch(written);
    for (let at = 0; at < written * A.END_WORDS; at += A.END_WORDS) {
      const port = ends[at + 2];
      if ((port & A.MORE_MAY_FOLLOW) !== 0) this.#k.ended.add(ends[at + 3]);
      this.#sink(ends[at], ends[at + 1], port & 0xffff);
    }
    return written;
  }

  /** What records that are due have in the side pools, and where their tuples will be noted: fetched together, they take the time of one. */
  #fetchDue(due: number): void {
    const { table, rare, ended } = this.#k;
    const { state, due: slots } = this.#arena;
    let fetched = 0;
    for (let i = 0; i < due; i++)
      fetched ^= rare.fetch(table.words, table.base(slots[i])) ^ ended.fetch(table.hashOf(slots[i]));
    for (let i = 0; i < due; i++) fetched ^= rare.fetchRst(table.words, table.base(slots[i]));
    state[A.FETCHED >> 2] ^= fetched;
  }

  #fetch(written: number): void {
    const { ended } = this.#k;
    const { state, ends } = this.#arena;
    for (let at = 0; at < written * A.END_WORDS; at += A.END_WORDS)
      if ((ends[at + 2] & A.MORE_MAY_FOLLOW) !== 0) state[A.FETCHED >> 2] ^= ended.fetch(ends[at + 3]);
  }
}
