import { countRow, figuresOf, noCounts, type EndedRow, type Figures } from "@hangup/rates";
import type { Teardown } from "@hangup/teardowns";

/** Rows of one cause under one kind. */
export interface CauseTally {
  readonly kind: string;
  readonly cause: string;
  /** Of these, known to be benign, and of which that cannot be said. */
  benign: number;
  undecided: number;
  count: number;
}

/** What ended at one server port. */
export interface PlaceTally {
  readonly address: Uint8Array;
  readonly port: number;
  resets: number;
  abnormal: number;
  refused: number;
  timeouts: number;
  ended: number;
  /** Causes other than FIN by count. */
  readonly causes: Map<string, number>;
}

interface Alike {
  readonly row: EndedRow;
  count: number;
}

/** Places kept apart; beyond that the rest is not told by place. */
const MAX_PLACES = 200_000;

/** Adds rows up: by cause, by server port, and into the rates. */
export class Tally {
  /** By cause, then by kind: a cause has one or two. */
  readonly #causes = new Map<string, CauseTally[]>();
  /** By a hash of address and port. */
  readonly #places = new Map<number, PlaceTally[]>();
  #placeCount = 0;
  #lastCause: CauseTally = { kind: "", cause: "", benign: 0, undecided: 0, count: 0 };
  /** Rows alike in all that rates ask for, counted together: a few dozen combinations, by stage. */
  readonly #alike = new Map<string, Alike[]>();
  /** Rows that ended, and those that did not. */
  ended = 0;
  unended = 0;

  add(row: Teardown): void {
    const ended = row.kind !== "open" && row.kind !== "not_observed";
    if (ended) this.ended++;
    else this.unended++;
    if (!ended && row.cause === "") return;
    const cause = this.#cause(row.kind, row.cause);
    cause.count++;
    if (row.benign === null) cause.undecided++;
    else if (row.benign) cause.benign++;
    if (!ended) return;
    this.#addAlike(row);
    this.#addPlace(row);
  }

  /** Most frequent first. */
  causes(): CauseTally[] {
    return [...this.#causes.values()].flat().toSorted((a, b) => b.count - a.count);
  }

  /** The server ports with the most of what did not end by FIN, abnormal first. */
  places(limit: number): PlaceTally[] {
    const weight = (place: PlaceTally): number => place.abnormal + place.refused + place.timeouts + place.resets / 1000;
    return [...this.#places.values()]
      .flat()
      .filter((place) => weight(place) > 0)
      .toSorted((a, b) => weight(b) - weight(a))
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
    // Most rows are like the one before.
    if (this.#lastCause.cause === cause && this.#lastCause.kind === kind) return this.#lastCause;
    this.#lastCause = this.#findCause(kind, cause);
    return this.#lastCause;
  }

  #findCause(kind: string, cause: string): CauseTally {
    let kinds = this.#causes.get(cause);
    if (kinds === undefined) this.#causes.set(cause, (kinds = []));
    for (const tally of kinds) if (tally.kind === kind) return tally;
    const tally = { kind, cause, benign: 0, undecided: 0, count: 0 };
    kinds.push(tally);
    return tally;
  }

  #addAlike({ kind, stage, midstream, benign }: Teardown): void {
    let alike = this.#alike.get(stage);
    if (alike === undefined) this.#alike.set(stage, (alike = []));
    for (const entry of alike) {
      const { row } = entry;
      if (row.kind !== kind || row.midstream !== midstream || row.benign !== benign) continue;
      entry.count++;
      return;
    }
    alike.push({ row: { kind, stage, midstream, benign }, count: 1 });
  }

  #place(address: Uint8Array, port: number): PlaceTally | null {
    const key = placeHash(address, port);
    let places = this.#places.get(key);
    if (places === undefined) this.#places.set(key, (places = []));
    for (const place of places) if (place.port === port && isEqual(place.address, address)) return place;
    if (this.#placeCount >= MAX_PLACES) return null;
    this.#placeCount++;
    const counts = { resets: 0, abnormal: 0, refused: 0, timeouts: 0, ended: 0 };
    const place: PlaceTally = { address: Uint8Array.from(address), port, ...counts, causes: new Map() };
    places.push(place);
    return place;
  }

  #addPlace(row: Teardown): void {
    const place = this.#place(row.server_ip, row.server_port);
    if (place === null) return;
    place.ended++;
    if (row.kind === "fin") return;
    if (row.kind === "reset") {
      place.resets++;
      if (row.benign !== true) place.abnormal++;
    } else if (row.kind === "refused") place.refused++;
    else place.timeouts++;
    place.causes.set(row.cause, (place.causes.get(row.cause) ?? 0) + 1);
  }
}

/** 30 bits: such numbers need no memory of their own. */
function placeHash(address: Uint8Array, port: number): number {
  let hash = port;
  for (let i = 0; i < 16; i += 4) {
    const word = (address[i] << 24) | (address[i + 1] << 16) | (address[i + 2] << 8) | address[i + 3];
    hash = Math.imul(hash ^ word, 0x9e3779b1);
  }
  return (hash ^ (hash >>> 15)) & 0x3fffffff;
}

/** From the end: that is where addresses differ. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 15; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
