import { countRow, figuresOf, noCounts, type EndedRow, type Figures } from "@hangup/rates";
import type { Teardown } from "@hangup/teardowns";
import { byName } from "./by-name.ts";
import { ABNORMAL, ENDED, Places, REFUSED, RESETS, TIMEOUTS, type Place, type PlacesContents } from "./places.ts";

/** Rows of one cause under one kind. */
export interface CauseTally {
  readonly kind: string;
  readonly cause: string;
  /** Of these, known to be benign, and of which that cannot be said. */
  benign: number;
  undecided: number;
  count: number;
}

interface Alike {
  readonly row: EndedRow;
  count: number;
}

/** What a tally has counted, as it passes between threads. */
export interface TallyContents {
  readonly causes: readonly CauseTally[];
  readonly alike: readonly Alike[];
  readonly places: PlacesContents;
  readonly ended: number;
  readonly unended: number;
}

/** Adds rows up: by cause, by server port, and into the rates. */
export class Tally {
  /** By cause, then by kind: a cause has one or two. */
  readonly #causes = new Map<string, CauseTally[]>();
  readonly #places = new Places();
  /** Most rows are like the one before. */
  #lastCause: CauseTally = { kind: "", cause: "", benign: 0, undecided: 0, count: 0 };
  /** Rows alike in all that rates ask for, counted together: a few dozen combinations, by stage. */
  readonly #alike = new Map<string, Alike[]>();
  #lastAlike: Alike = { row: { kind: "", stage: "", midstream: false, benign: null }, count: 0 };
  /** Rows that ended, and those that did not. */
  ended = 0;
  unended = 0;

  add(row: Teardown): void {
    const ended = row.kind !== "open" && row.kind !== "not_observed";
    if (ended) this.ended++;
    else this.unended++;
    const cause = this.#cause(row.kind, row.cause);
    cause.count++;
    if (row.benign === null) cause.undecided++;
    else if (row.benign) cause.benign++;
    if (!ended) return;
    this.#addAlike(row, 1);
    this.#addPlace(row);
  }

  get contents(): TallyContents {
    const { ended, unended } = this;
    const alike = [...this.#alike.values()].flat();
    return { causes: this.causes(), alike, places: this.#places.contents, ended, unended };
  }

  /** Adds what another tally has counted. */
  merge(other: TallyContents): void {
    for (const { kind, cause, benign, undecided, count } of other.causes) {
      const mine = this.#cause(kind, cause);
      mine.benign += benign;
      mine.undecided += undecided;
      mine.count += count;
    }
    for (const { row, count } of other.alike) this.#addAlike(row, count);
    this.#places.merge(other.places);
    this.ended += other.ended;
    this.unended += other.unended;
  }

  /** Most frequent first. */
  causes(): CauseTally[] {
    return [...this.#causes.values()]
      .flat()
      .toSorted((a, b) => b.count - a.count || byName(a.cause, b.cause) || byName(a.kind, b.kind));
  }

  /** The server ports with the most of what did not end by FIN, abnormal first. */
  places(limit: number): Place[] {
    return this.#places
      .all()
      .filter((place) => weight(place) > 0)
      .toSorted((a, b) => weight(b) - weight(a) || b.ended - a.ended || inOrder(a, b))
      .slice(0, limit);
  }

  figures(): Figures {
    const counts = noCounts();
    for (const { row, count } of [...this.#alike.values()].flat()) {
      const one = noCounts();
      countRow(one, row);
      for (const name of Object.keys(one) as (keyof typeof one)[]) counts[name] += one[name] * count;
    }
    return figuresOf(counts);
  }

  #cause(kind: string, cause: string): CauseTally {
    if (this.#lastCause.cause === cause && this.#lastCause.kind === kind) return this.#lastCause;
    let kinds = this.#causes.get(cause);
    if (kinds === undefined) this.#causes.set(cause, (kinds = []));
    let tally = kinds.find((one) => one.kind === kind);
    if (tally === undefined) kinds.push((tally = { kind, cause, benign: 0, undecided: 0, count: 0 }));
    this.#lastCause = tally;
    return tally;
  }

  #addAlike(row: EndedRow, count: number): void {
    if (!isAlike(this.#lastAlike.row, row)) this.#lastAlike = this.#findAlike(row);
    this.#lastAlike.count += count;
  }

  #findAlike(row: EndedRow): Alike {
    const { kind, stage, midstream, benign } = row;
    let alike = this.#alike.get(stage);
    if (alike === undefined) this.#alike.set(stage, (alike = []));
    let entry = alike.find((one) => isAlike(one.row, row));
    if (entry === undefined) alike.push((entry = { row: { kind, stage, midstream, benign }, count: 0 }));
    return entry;
  }

  #addPlace(row: Teardown): void {
    const place = this.#places.find(row.server_ip, row.server_port);
    if (place < 0) return;
    this.#places.count(place, ENDED);
    if (row.kind === "fin") return;
    if (row.kind === "reset") {
      this.#places.count(place, RESETS);
      if (row.benign !== true) this.#places.count(place, ABNORMAL);
    } else this.#places.count(place, row.kind === "refused" ? REFUSED : TIMEOUTS);
    this.#places.countCause(place, row.cause);
  }
}

function isAlike(one: EndedRow, other: EndedRow): boolean {
  return (
    one.kind === other.kind &&
    one.stage === other.stage &&
    one.midstream === other.midstream &&
    one.benign === other.benign
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
