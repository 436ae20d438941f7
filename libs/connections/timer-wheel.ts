import { BUCKET_COUNT, BUCKET_WORDS, BUCKETS_BYTES, LISTS, WHEEL_BYTES, WHEELS } from "./arena-layout.ts";
import { NEXT } from "./layout.ts";
import { TICK_US } from "./limits.ts";
import type { ConnectionTable } from "./table.ts";

/** The buckets are a turn of the wheel; every deadline lies within it. */
const MASK = BUCKET_COUNT - 1;

/** In the wheel's numbers. */
const TICK = 0;
const COUNT = 1;

/** Longest time ahead that a deadline may lie, µs. */
export const HORIZON_US = (BUCKET_COUNT - 2) * TICK_US;

/**
 * When to look at which record again: buckets of one second, each some lists through NEXT that grow and shrink in turn, so that it is
 * known at once which records come up next, and not from one only which is the one behind it. A record stands in exactly one bucket of
 * one wheel and leaves it only when it comes up, so that a segment costs no timer work: whoever takes a record out looks at
 * what happened since, and puts it in again where it is not yet due.
 */
export class TimerWheel {
  readonly number: number;
  readonly #buckets: Int32Array;
  /** The tick that comes up next, and how many records stand in the wheel. */
  readonly #numbers: Float64Array;
  readonly #table: ConnectionTable;
  /** What a gap in the capture made due all at once. */
  #overdue = 0;
  /** What memory calls for first: a bucket taken out whole, and its tick. */
  #first = 0;
  #firstTick = 0;
  /** Means nothing: keeps the engine from leaving out loads whose purpose is the cache. */
  fetched = 0;

  /** The wheel of this number: it stands in the arena, and what is written in WebAssembly puts records in and takes them out too. */
  constructor(table: ConnectionTable, number: number) {
    const { buckets, numbers } = table.arena;
    const words = BUCKETS_BYTES / 4;
    const at = (WHEELS + number * WHEEL_BYTES) / 8;
    this.number = number;
    this.#table = table;
    this.#buckets = buckets.subarray(number * words, (number + 1) * words);
    this.#numbers = numbers.subarray(at, at + WHEEL_BYTES / 8);
  }

  get count(): number {
    return this.#numbers[COUNT];
  }

  /** `deadlineUs` is brought within a turn of the wheel's own time. */
  add(slot: number, deadlineUs: number): void {
    const due = Math.floor(deadlineUs / TICK_US) + 1;
    const tick = Math.min(Math.max(due, this.#numbers[TICK]), this.#numbers[TICK] + BUCKET_COUNT - 1);
    const bucket = (tick & MASK) * BUCKET_WORDS;
    const list = bucket + 1 + (this.#buckets[bucket]++ & (LISTS - 1));
    this.#table.words[this.#table.base(slot) + NEXT] = this.#buckets[list];
    this.#buckets[list] = slot + 1;
    this.#numbers[COUNT]++;
  }

  /** Records stand outside of the buckets, or are about to: a gap in the capture makes them due all at once, or memory calls for them. */
  skips(nowUs: number): boolean {
    return this.#overdue > 0 || this.#first > 0 || Math.floor(nowUs / TICK_US) - this.#numbers[TICK] >= BUCKET_COUNT;
  }

  /** Takes out a record that is due at `nowUs`, or answers -1. Call until -1. */
  due(nowUs: number): number {
    const now = Math.floor(nowUs / TICK_US);
    if (now - this.#numbers[TICK] >= BUCKET_COUNT) this.#skipTo(now);
    if (this.#overdue > 0) return this.#takeOverdue();
    if (this.#first > 0 && this.#firstTick <= now) return this.#takeFirst();
    while (this.#numbers[TICK] <= now) {
      const slot = this.#take((this.#numbers[TICK] & MASK) * BUCKET_WORDS);
      if (slot >= 0) return slot;
      this.#numbers[TICK]++;
    }
    return -1;
  }

  /** Takes out the record of those that come up first that was put in first, or answers -1 when the wheel is empty. */
  oldest(): number {
    if (this.#numbers[COUNT] === 0) return -1;
    if (this.#overdue > 0) return this.#takeOverdue();
    for (let tick = this.#numbers[TICK]; this.#first === 0; tick++) {
      this.#first = this.#takeAll((tick & MASK) * BUCKET_WORDS, 0);
      this.#firstTick = tick;
    }
    return this.#takeFirst();
  }

  #takeFirst(): number {
    const slot = this.#first - 1;
    this.#first = this.#table.words[this.#table.base(slot) + NEXT];
    this.#numbers[COUNT]--;
    return slot;
  }

  /** All of a bucket as a list, those put in first in front, and `list` behind them; they still stand in the wheel. */
  #takeAll(bucket: number, list: number): number {
    let first = list;
    for (let slot = this.#take(bucket); slot >= 0; slot = this.#take(bucket)) {
      this.#table.words[this.#table.base(slot) + NEXT] = first;
      first = slot + 1;
      this.#numbers[COUNT]++;
    }
    return first;
  }

  /** A gap in the capture longer than a turn: everything is due, and what is put in from now on is not. */
  #skipTo(now: number): void {
    for (let bucket = 0; bucket < this.#buckets.length; bucket += BUCKET_WORDS)
      this.#overdue = this.#takeAll(bucket, this.#overdue);
    this.#numbers[TICK] = now;
  }

  #takeOverdue(): number {
    const slot = this.#overdue - 1;
    this.#overdue = this.#table.words[this.#table.base(slot) + NEXT];
    this.#numbers[COUNT]--;
    return slot;
  }

  /** The record that came into the bucket last, or -1. */
  #take(bucket: number): number {
    const standing = this.#buckets[bucket];
    if (standing === 0) return -1;
    if ((standing & (LISTS - 1)) === 0) this.#fetch(bucket);
    this.#buckets[bucket] = standing - 1;
    const list = bucket + 1 + ((standing - 1) & (LISTS - 1));
    const slot = this.#buckets[list] - 1;
    this.#buckets[list] = this.#table.words[this.#table.base(slot) + NEXT];
    this.#numbers[COUNT]--;
    return slot;
  }

  /** Records that were not touched for half a minute are in no cache: those that come up next are fetched together, in the time of one. */
  #fetch(bucket: number): void {
    for (let list = bucket + 1; list <= bucket + LISTS; list++)
      this.fetched ^= this.#table.touch(this.#buckets[list] - 1);
  }
}
