import type { ShareMessage, ShareTask } from "./share-messages.ts";
import { TextOut } from "../outputs.ts";

/** Characters of rows that a thread hands over before they are written, at most: then it waits. */
const MOST_UNWRITTEN = 1 << 26;

/** The rows of a thread on their way to the main one. */
export class ShareRows {
  readonly #out: TextOut;
  readonly #post: (message: ShareMessage) => void;
  readonly #unwritten: Int32Array;
  readonly #index: number;

  constructor({ index, unwritten }: Pick<ShareTask, "index" | "unwritten">, post: (message: ShareMessage) => void) {
    this.#index = index;
    this.#unwritten = new Int32Array(unwritten);
    this.#post = post;
    this.#out = new TextOut((text) => this.#hand(text));
  }

  add(text: string): void {
    this.#out.add(text);
  }

  /** The rows of this turn of the capture clock are complete. */
  endTurn(): void {
    this.#out.flush();
    this.#post({ kind: "rows", text: null });
  }

  #hand(text: string): void {
    const { length } = text;
    for (;;) {
      const unwritten = Atomics.load(this.#unwritten, this.#index);
      if (unwritten === 0 || unwritten + length <= MOST_UNWRITTEN) break;
      Atomics.wait(this.#unwritten, this.#index, unwritten);
    }
    Atomics.add(this.#unwritten, this.#index, length);
    this.#post({ kind: "rows", text });
  }
}
