import { TextOut } from "../outputs.ts";
import type { ShareTask } from "./share-messages.ts";

/** Characters of rows that a thread keeps until it may write, at most: then it waits. */
const MOST_KEPT = 1 << 26;

// Words of the pen: who has it (turns of the capture clock so far × shares + share), and whether a row is written.
const HOLDER = 0;
const BEGUN = 1;
export const PEN_BYTES = 8;

/**
 * The rows of a thread on their way out. Those of all threads go to one file, by turn of the capture clock, in a turn by share: the thread that
 * has the pen writes, the others keep theirs until it comes to them.
 */
export class ShareRows {
  readonly #out: TextOut;
  readonly #separator: string;
  readonly #write: (text: string) => void;
  readonly #pen: Int32Array;
  readonly #shares: number;
  /** What the pen says when this thread has it next. */
  #mine: number;
  #kept: string[] = [];
  #length = 0;

  constructor(
    { index, of, pen }: Pick<ShareTask, "index" | "of" | "pen">,
    separator: string,
    write: (text: string) => void,
  ) {
    this.#mine = index;
    this.#shares = of;
    this.#pen = new Int32Array(pen);
    this.#separator = separator;
    this.#write = write;
    this.#out = new TextOut((text) => this.#take(text));
  }

  add(row: string): void {
    this.#out.add(this.#separator + row);
  }

  /** The rows of this turn of the capture clock are complete. */
  endTurn(): void {
    this.#out.flush();
    this.#awaitPen();
    this.#mine += this.#shares;
    Atomics.add(this.#pen, HOLDER, 1);
    Atomics.notify(this.#pen, HOLDER);
  }

  #take(text: string): void {
    this.#kept.push(text);
    this.#length += text.length;
    if (Atomics.load(this.#pen, HOLDER) === this.#mine) this.#writeKept();
    else if (this.#length > MOST_KEPT) this.#awaitPen();
  }

  #awaitPen(): void {
    for (;;) {
      const holder = Atomics.load(this.#pen, HOLDER);
      if (holder === this.#mine) break;
      Atomics.wait(this.#pen, HOLDER, holder);
    }
    this.#writeKept();
  }

  #writeKept(): void {
    for (const text of this.#kept)
      this.#write(Atomics.exchange(this.#pen, BEGUN, 1) === 0 ? this.#withoutSeparator(text) : text);
    this.#kept = [];
    this.#length = 0;
  }

  /** In front of the first row of all there is none. */
  #withoutSeparator(text: string): string {
    return text.slice(this.#separator.length);
  }
}
