import { countRow, figuresOf, noCounts, type EndedRow, type Figures } from "@hangup/rates";
import type { Teardown } from "@hangup/teardowns";
import type { Alike } from "./alike.ts";
import { byName } from "./by-name.ts";
import { Places, type Place, type PlacesContents } from "./places.ts";

/** Rows of one cause under one kind. */
export interface CauseTally {
  readonly kind: string;
  readonly cause: string;
  /** Of these, known to be benign, and of which that cannot be said. */
  benign: number;
  undecided: number;
  count: number;
}

/** What a tally has counted, as it passes between threads. */
export interface TallyContents {
  readonly alike: readonly Alike[];
  readonly places: PlacesContents;
}

/** Adds rows up: by cause, by server port, and into the rates. */
export class Tally {
  readonly #alike: Alike[] = [];
  /** By cause: one has a few. */
  readonly #byCause = new Map<string, Alike[]>();
  readonly #places = new Places();
  /** Most rows are like the one before. */
  #last: Alike = { kind: "", cause: "", stage: "", midstream: false, benign: null, number: -1, count: 0 };

  add(row: Teardown): void {
    if (!isAlike(this.#last, row)) this.#last = this.#find(row);
    this.#last.count++;
    if (isEnded(this.#last)) this.#places.add(row.server_ip, row.server_port, this.#last.number);
  }

  /** Rows that ended. */
  get ended(): number {
    return this.#alike.filter(isEnded).reduce((sum, { count }) => sum + count, 0);
  }

  /** Rows that did not. */
  get unended(): number {
    return this.#alike.reduce((sum, { count }) => sum + count, 0) - this.ended;
  }

  get contents(): TallyContents {
    return { alike: this.#alike, places: this.#places.contents };
  }

  /** Adds what another tally has counted. */
  merge({ alike, places }: TallyContents): void {
    const numbers = alike.map((other) => {
      const mine = this.#find(other);
      mine.count += other.count;
      return mine.number;
    });
    this.#places.merge(places, numbers);
  }

  /** Most frequent first. */
  causes(): CauseTally[] {
    const tallies = new Map<string, CauseTally>();
    for (const { kind, cause, benign, count } of this.#alike) {
      const key = `${kind} ${cause}`;
      const tally = tallies.get(key) ?? { kind, cause, benign: 0, undecided: 0, count: 0 };
      tallies.set(key, tally);
      tally.count += count;
      if (benign === null) tally.undecided += count;
      else if (benign) tally.benign += count;
    }
    return [...tallies.values()].toSorted(
      (a, b) => b.count - a.count || byName(a.cause, b.cause) || byName(a.kind, b.kind),
    );
  }

  /** The server ports with the most of what did not end by FIN, abnormal first. */
  places(): Place[] {
    return this.#places
      .all(this.#alike)
      .filter((place) => weight(place) > 0)
      .toSorted((a, b) => weight(b) - weight(a) || b.ended - a.ended || inOrder(a, b));
  }

  figures(): Figures {
    const counts = noCounts();
    for (const one of this.#alike.filter(isEnded)) {
      const counted = noCounts();
      countRow(counted, one);
      for (const name of Object.keys(counted) as (keyof typeof counted)[]) counts[name] += counted[name] * one.count;
    }
    return figuresOf(counts);
  }

  #find(row: EndedRow & Pick<Alike, "cause">): Alike {
    const { kind, cause, stage, midstream, benign } = row;
    let alike = this.#byCause.get(cause);
    if (alike === undefined) this.#byCause.set(cause, (alike = []));
    const known = alike.find((one) => isAlike(one, row));
    if (known !== undefined) return known;
    const made = { kind, cause, stage, midstream, benign, number: this.#alike.length, count: 0 };
    this.#alike.push(made);
    alike.push(made);
    return made;
  }
}

function isEnded({ kind }: EndedRow): boolean {
  return kind !== "open" && kind !== "not_observed";
}

function isAlike(one: Alike, row: EndedRow & Pick<Alike, "cause">): boolean {
  return (
    one.cause === row.cause &&
    one.kind === row.kind &&
    one.stage === row.stage &&
    one.midstream === row.midstream &&
    one.benign === row.benign
  );
}

/** What a reader looks for first. */
function weight(place: Place): number {
  return place.abnormal + place.refused + place.timeouts + place.resets / 1000;
}

/** Of places that weigh alike: the same order whatever was counted first. */
function inOrder(a: Place, b: Place): number {
  return Buffer.compare(a.address, b.address) || a.port - b.port;
}
