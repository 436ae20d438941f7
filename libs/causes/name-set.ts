/** Names in each of the two words of bits. */
const WORD = 32;

/** A set of names out of a fixed table of at most 64, as bits: noting one costs no look-up. */
export class NameSet<N extends string> {
  readonly #table: readonly N[];
  /** Sets met so far: the same few come again and again, so that a row costs no array. */
  readonly #known = new Map<number, Map<number, readonly N[]>>();
  #low = 0;
  #high = 0;
  /** The set that was named last: most rows are like the one before. */
  #namedLow = 0;
  #namedHigh = 0;
  #named: readonly N[] = [];

  /** @throws Error for a table that does not fit into the bits. */
  constructor(table: readonly N[]) {
    if (table.length > 2 * WORD) throw new Error(`${table.length} names: a set has bits for ${2 * WORD}`);
    this.#table = table;
  }

  clear(): void {
    this.#low = 0;
    this.#high = 0;
  }

  /** Adds the name of this number (its place in the table) where `holds`; answers `holds`. */
  note(number: number, holds: boolean): boolean {
    if (holds) {
      if (number < WORD) this.#low |= 1 << number;
      else this.#high |= 1 << (number - WORD);
    }
    return holds;
  }

  has(number: number): boolean {
    return (number < WORD ? this.#low & (1 << number) : this.#high & (1 << (number - WORD))) !== 0;
  }

  /** Makes it the set of these names; those that the table does not hold are left out. */
  set(names: readonly string[]): void {
    this.clear();
    for (const name of names) {
      const number = (this.#table as readonly string[]).indexOf(name);
      this.note(number, number >= 0);
    }
  }

  /** The names, in the order of the table. The array is shared: do not change it. */
  names(): readonly N[] {
    if (this.#low === this.#namedLow && this.#high === this.#namedHigh) return this.#named;
    let byHigh = this.#known.get(this.#low);
    if (byHigh === undefined) this.#known.set(this.#low, (byHigh = new Map()));
    let list = byHigh.get(this.#high);
    if (list === undefined) {
      list = this.#table.filter((_, number) => this.has(number));
      byHigh.set(this.#high, list);
    }
    this.#namedLow = this.#low;
    this.#namedHigh = this.#high;
    this.#named = list;
    return list;
  }
}
