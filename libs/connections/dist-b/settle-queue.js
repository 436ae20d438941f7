/** Slots in the order in which they are due: everything is put in with the same delay. */
export class SettleQueue {
  #slots = new Int32Array(1024);
  #marks = new Int32Array(1024);
  #due = new Float64Array(1024);
  #head = 0;
  #count = 0;
  /** The mark of the slot that `take` answered last. */
  mark = 0;
  /** `mark` tells the caller later whether the slot still means the same. */
  put(slot, mark, dueUs) {
    if (this.#count === this.#slots.length) this.#grow();
    const at = (this.#head + this.#count++) & (this.#slots.length - 1);
    this.#slots[at] = slot;
    this.#marks[at] = mark;
    this.#due[at] = dueUs;
  }
  /** A slot that is due at `nowUs`, or -1. */
  take(nowUs) {
    if (this.#count === 0 || this.#due[this.#head] > nowUs) return -1;
    const slot = this.#slots[this.#head];
    this.mark = this.#marks[this.#head];
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#count--;
    return slot;
  }
  #grow() {
    const size = this.#slots.length;
    const slots = new Int32Array(size * 2);
    const marks = new Int32Array(size * 2);
    const due = new Float64Array(size * 2);
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#head + i) & (size - 1);
      slots[i] = this.#slots[at];
      marks[i] = this.#marks[at];
      due[i] = this.#due[at];
    }
    this.#slots = slots;
    this.#marks = marks;
    this.#due = due;
    this.#head = 0;
  }
}
//# sourceMappingURL=settle-queue.js.map
