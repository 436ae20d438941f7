import type { Notes } from "./notes.ts";

/** What one of several trackers, each with a share of the connections, has noted since the last exchange. */
export interface NotesOfShare {
  /** How far its clock has come, µs: the same in all, as each sees the times of all segments. */
  readonly nowUs: number;
  /** Tuples in the younger generation of those that it has judged and forgotten. */
  readonly ended: number;
  /** The entries (Notes), and of each segment that wrote some: its number among those of all shares, and where they end. */
  readonly words: Int32Array;
  readonly segments: Float64Array;
  readonly ends: Int32Array;
}

/** Between trackers that follow a capture together. */
export interface NotesExchange {
  /** Hands out what one has noted, and waits for the others: answers what all have, in the order of the shares, its own in its place. */
  exchange(own: NotesOfShare): readonly NotesOfShare[];
}

/** The notes of all shares, in the order of capture: what is learned of them is what a single tracker would have learned. */
export class SharedNotes {
  readonly #others: NotesExchange;
  #segments = new Float64Array(1024);
  #ends = new Int32Array(1024);
  #count = 0;
  /** Words that are marked. */
  #marked = 0;
  #merged = new Int32Array(0);
  /** Tuples in the younger generation of those that all shares have judged and forgotten, at the last exchange. */
  ended = 0;

  constructor(others: NotesExchange) {
    this.#others = others;
  }

  /** What is written up to `length` and was not marked before is of this segment. */
  mark(segment: number, length: number): void {
    if (length === this.#marked) return;
    if (this.#count === this.#ends.length) this.#grow();
    this.#segments[this.#count] = segment;
    this.#ends[this.#count++] = length;
    this.#marked = length;
  }

  /** Exchanges what is written; answers what all shares have written since the last time. */
  gather(notes: Notes, nowUs: number, ended: number): Pick<Notes, "words" | "length"> {
    const all = this.#others.exchange({
      nowUs,
      ended,
      words: notes.words.slice(0, this.#marked),
      segments: this.#segments.slice(0, this.#count),
      ends: this.#ends.slice(0, this.#count),
    });
    this.#count = 0;
    this.#marked = 0;
    this.ended = all.reduce((sum, share) => sum + share.ended, 0);
    return this.#merge(all);
  }

  #merge(all: readonly NotesOfShare[]): Pick<Notes, "words" | "length"> {
    const total = all.reduce((sum, { words }) => sum + words.length, 0);
    if (this.#merged.length < total) this.#merged = new Int32Array(total * 2);
    const merged = this.#merged;
    const next = all.map(() => 0);
    let length = 0;
    while (length < total) {
      const first = earliest(all, next);
      const { words, ends } = all[first];
      const at = next[first]++;
      for (let i = at === 0 ? 0 : ends[at - 1]; i < ends[at]; i++) merged[length++] = words[i];
    }
    return { words: merged, length };
  }

  #grow(): void {
    const segments = new Float64Array(this.#count * 2);
    const ends = new Int32Array(this.#count * 2);
    segments.set(this.#segments);
    ends.set(this.#ends);
    this.#segments = segments;
    this.#ends = ends;
  }
}

/** The share whose next segment, by `next`, was captured first. */
function earliest(all: readonly NotesOfShare[], next: readonly number[]): number {
  let first = -1;
  let number = Infinity;
  for (let i = 0; i < all.length; i++) {
    const { segments } = all[i];
    if (next[i] >= segments.length || segments[next[i]] >= number) continue;
    first = i;
    number = segments[next[i]];
  }
  return first;
}
