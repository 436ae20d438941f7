import * as A from "./arena-layout.ts";
import { PROGRAM } from "./wasm/program.wasm.ts";

const PAGE = 65_536;

interface Program {
  setIndex(address: number): void;
  walk(at: number, end: number): number;
  due(wheel: number, nowUs: number): number;
  left(slot: number, high: number, nowUs: number): number;
}

let compiled: WebAssembly.Module | null = null;

/**
 * The memory that the tracker shares with its WebAssembly part, and that part. All of it is reserved from the start and grows nowhere:
 * what was never touched takes no memory.
 */
export class Arena {
  /** Numbers of 64 and words of 32 bits (arena-layout.ts): indices are addresses over eight and over four. */
  readonly numbers: Float64Array;
  readonly state: Int32Array;
  readonly input: Uint8Array;
  readonly copied: Uint8Array;
  readonly recent: Int32Array;
  readonly front: Int32Array;
  readonly index: Int32Array;
  readonly buckets: Int32Array;
  readonly likenesses: Int32Array;
  readonly ends: Int32Array;
  readonly due: Int32Array;
  readonly notes: Int32Array;
  readonly lately: Int32Array;
  /** The records, as words and as times. */
  readonly words: Int32Array;
  readonly times: Float64Array;
  readonly #program: Program;

  /** @param slots records; @param places entries of the index. */
  constructor(slots: number, places: number) {
    const index = A.RECORDS + slots * A.RECORD_BYTES;
    const pages = Math.ceil((index + places * 4) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { buffer } = memory;
    this.numbers = new Float64Array(buffer, 0, A.RECENT / 8);
    this.state = new Int32Array(buffer, 0, A.RECENT / 4);
    this.recent = new Int32Array(buffer, A.RECENT, A.RECENT_ENTRIES * 4);
    this.front = new Int32Array(buffer, A.FRONT, A.FRONT_ENTRIES);
    this.buckets = new Int32Array(buffer, A.BUCKETS, (A.WHEEL_COUNT * A.BUCKETS_BYTES) / 4);
    this.likenesses = new Int32Array(buffer, A.LIKENESSES, A.MOST_LIKENESSES);
    this.ends = new Int32Array(buffer, A.ENDS, A.MOST_ENDS * A.END_WORDS);
    this.due = new Int32Array(buffer, A.DUE, A.MOST_DUE);
    this.notes = new Int32Array(buffer, A.NOTES, A.NOTES_LENGTH);
    this.lately = new Int32Array(buffer, A.LATELY, A.LATELY_ENTRIES);
    this.input = new Uint8Array(buffer, A.INPUT, A.INPUT_BYTES);
    this.copied = new Uint8Array(buffer, A.COPIED, A.INPUT_BYTES);
    this.words = new Int32Array(buffer, A.RECORDS, (slots * A.RECORD_BYTES) / 4);
    this.times = new Float64Array(buffer, A.RECORDS, (slots * A.RECORD_BYTES) / 8);
    this.index = new Int32Array(buffer, index, places);
    compiled ??= new WebAssembly.Module(Buffer.from(PROGRAM, "base64"));
    this.#program = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Program;
    this.#program.setIndex(index);
  }

  /** Walks over the records in [at, end) of the memory (wasm/assembly/walk.ts). */
  walk(at: number, end: number): number {
    return this.#program.walk(at, end);
  }

  /** Takes records that are due out of the timer wheel of this number; answers how many have more to say: see `due` (wasm/assembly/ends.ts). */
  takeDue(wheel: number, nowUs: number): number {
    return this.#program.due(wheel, nowUs);
  }

  /** At the end, the first slot from `slot` on whose record has more to say, `high` where none has (wasm/assembly/ends.ts). */
  left(slot: number, high: number, nowUs: number): number {
    return this.#program.left(slot, high, nowUs);
  }
}
