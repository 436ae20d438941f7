import { Pool } from "./pool.js";
import { ahead } from "./sequence.js";
const FROM = 1;
const TO = 2;
const NEXT = 0;
/** Holes a side may have at once; a stream with more is lost beyond what its bytes can still tell. */
const MAX_HOLES = 32;
/** Holes of all connections together. */
const LIMIT = 1 << 17;
/**
 * What is missing below the highest sequence number of a side, as lists of intervals [from, to): reordered segments fill them,
 * so that each byte is counted once. A list is the index of its first interval, 0 when nothing is missing.
 */
export class Holes {
  #pool = new Pool(4, LIMIT);
  /** Set by `fill`: new bytes of the segment that was put in. */
  filled = 0;
  /** Set by `open`: the interval found no place, so the count cannot be exact. */
  overflow = false;
  /** Notes that [from, to) is missing, behind all that is in the list; answers the list. */
  open(list, from, to) {
    this.overflow = false;
    let length = 1;
    for (let at = list; at !== 0; at = this.#pool.words[at * 4 + NEXT]) length++;
    const index = length > MAX_HOLES ? 0 : this.#pool.allocate();
    if (index === 0) {
      this.overflow = true;
      return list;
    }
    const { words } = this.#pool;
    words[index * 4 + FROM] = from;
    words[index * 4 + TO] = to;
    words[index * 4 + NEXT] = list;
    return index;
  }
  /** Puts the segment [from, to) into the holes: sets `filled` and answers the list that is left. */
  fill(list, from, to) {
    this.filled = 0;
    let head = list;
    let before = 0;
    let at = list;
    while (at !== 0) {
      const words = this.#pool.words;
      const next = words[at * 4 + NEXT];
      const lower = words[at * 4 + FROM];
      const upper = words[at * 4 + TO];
      const start = ahead(from, lower) > 0 ? from : lower;
      const end = ahead(to, upper) < 0 ? to : upper;
      const length = ahead(end, start);
      if (length > 0) {
        this.filled += length;
        if (start === lower && end === upper) {
          if (before === 0) head = next;
          else words[before * 4 + NEXT] = next;
          this.#pool.release(at);
          at = next;
          continue;
        }
        if (start === lower) words[at * 4 + FROM] = end;
        else {
          words[at * 4 + TO] = start;
          if (end !== upper) {
            // Filled in the middle: what lies behind is a hole of its own. Without room it counts as filled later.
            const index = this.#pool.allocate();
            if (index !== 0) {
              const grown = this.#pool.words;
              grown[index * 4 + FROM] = end;
              grown[index * 4 + TO] = upper;
              grown[index * 4 + NEXT] = next;
              grown[at * 4 + NEXT] = index;
              before = index;
              at = next;
              continue;
            }
            this.overflow = true;
          }
        }
      }
      before = at;
      at = next;
    }
    return head;
  }
  release(list) {
    for (let at = list; at !== 0;) {
      const next = this.#pool.words[at * 4 + NEXT];
      this.#pool.release(at);
      at = next;
    }
  }
}
//# sourceMappingURL=holes.js.map
