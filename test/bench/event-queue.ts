/** A binary heap of (time, item), the earliest first. Typed arrays: millions of entries pass through it. */
export class EventQueue {
  readonly #times: Float64Array;
  readonly #items: Int32Array;
  length = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#items = new Int32Array(capacity);
  }

  get time(): number {
    return this.#times[0];
  }

  push(time: number, item: number): void {
    let at = this.length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#times[parent] <= time) break;
      this.#times[at] = this.#times[parent];
      this.#items[at] = this.#items[parent];
      at = parent;
    }
    this.#times[at] = time;
    this.#items[at] = item;
  }

  pop(): number {
    const item = this.#items[0];
    const last = --this.length;
    const time = this.#times[last];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#times[child + 1] < this.#times[child]) child++;
      if (this.#times[child] >= time) break;
      this.#times[at] = this.#times[child];
      this.#items[at] = this.#items[child];
      at = child;
    }
    this.#times[at] = time;
    this.#items[at] = this.#items[last];
    return item;
  }
}
