/** The rows of all shares in one order, whatever comes first: by turn of the capture clock, and in a turn by share. */
export class RowOrder {
  /** By share, what cannot be written yet; null where a turn ends. */
  readonly #waiting: (string | null)[][];
  readonly #write: (share: number, text: string) => void;
  #current = 0;

  constructor(shares: number, write: (share: number, text: string) => void) {
    this.#waiting = Array.from({ length: shares }, () => []);
    this.#write = write;
  }

  /** Rows of a share, or null: those of its turn are complete. */
  add(share: number, text: string | null): void {
    this.#waiting[share].push(text);
    for (;;) {
      const next = this.#waiting[this.#current].shift();
      if (next === undefined) return;
      if (next === null) this.#current = (this.#current + 1) % this.#waiting.length;
      else this.#write(this.#current, next);
    }
  }
}
