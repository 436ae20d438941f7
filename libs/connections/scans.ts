import { FEW, FewProbes } from "./few-probes.ts";
import { FingerprintSet, mixWord } from "./fingerprints.ts";

/** Targets of one source within the window that make a scan. */
const TARGETS = FEW + 1;
const WINDOW_US = 10_000_000;
/** Probes remembered of a source. */
const REMEMBERED = 128;
/** Sources a generation holds. */
const SOURCES = 1 << 14;

/** Numbers of a probe: time, host, port, and 1 where it was an opener. */
const PROBE = 4;
const HOST = 1;
const PORT = 2;
const OPENER = 3;

interface Source {
  /** The latest probes, as a ring once REMEMBERED are there. */
  readonly probes: number[];
  /** Where the next goes. */
  next: number;
  /** By target host, or by port: stretches of time, from and to in turn, in which it was scanned; null before the first. */
  stretches: Map<number, number[]> | null;
}

/**
 * Who knocked at how many doors: sources with byteless tuples to at least eight ports of a host, or, by SYN, FIN, NULL or XMAS, to
 * one port of at least eight hosts, within 10 s. A target that the source also exchanges data with does not count.
 */
export class Scans {
  readonly #few = new FewProbes(SOURCES);
  /** Sources with more. */
  #young = new Map<number, Source>();
  #old = new Map<number, Source>();
  readonly #talks = new FingerprintSet(1 << 15);

  /** A turn of the capture clock. */
  turn(): void {
    this.#talks.turn();
  }

  /** The source and the server port exchanged data: their `talkName`. */
  noteTalk(name: number): void {
    this.#talks.add(name);
  }

  /** A byteless tuple that was refused, reset, or opened by a segment that opens nothing. `opener`: it began by SYN or such a segment. */
  noteProbe(source: number, target: number, port: number, timeUs: number, opener: boolean): void {
    if (this.#talks.has(talkName(source, target, port))) return;
    let state = this.#known(source);
    if (state === null) {
      if (this.#few.add(source, target, port, timeUs, opener)) return;
      state = this.#begin(source);
    }
    remember(state, target, port, timeUs, opener);
    if (!extend(state.stretches, hostKey(target), timeUs)) this.#judge(state, timeUs, target, -1);
    if (opener && !extend(state.stretches, port, timeUs)) this.#judge(state, timeUs, -1, port);
  }

  /** Was this target part of a scan by the source at that time? */
  includes(source: number, target: number, port: number, timeUs: number, opener: boolean): boolean {
    const state = this.#young.get(source) ?? this.#old.get(source);
    const stretches = state?.stretches ?? null;
    if (stretches === null || this.#talks.has(talkName(source, target, port))) return false;
    return covers(stretches.get(hostKey(target)), timeUs) || (opener && covers(stretches.get(port), timeUs));
  }

  /** Counts distinct ports of a host, or distinct hosts of a port, in the window that ends at `now`. */
  #judge(state: Source, now: number, target: number, port: number): void {
    const { probes } = state;
    const seen = new Set<number>();
    let first = now;
    for (let at = 0; at < probes.length; at += PROBE) {
      const time = probes[at];
      if (Math.abs(now - time) > WINDOW_US) continue;
      if (target !== -1 ? probes[at + HOST] !== target : probes[at + PORT] !== port || probes[at + OPENER] === 0)
        continue;
      seen.add(probes[at + (target !== -1 ? PORT : HOST)]);
      if (time < first) first = time;
    }
    if (seen.size < TARGETS) return;
    const key = target !== -1 ? hostKey(target) : port;
    state.stretches ??= new Map();
    const stretches = state.stretches.get(key) ?? [];
    stretches.push(first, now);
    if (stretches.length > 64) stretches.splice(0, 2);
    state.stretches.set(key, stretches);
  }

  #known(source: number): Source | null {
    const known = this.#young.get(source);
    if (known !== undefined) return known;
    const old = this.#old.get(source);
    if (old === undefined) return null;
    this.#keep(source, old);
    return old;
  }

  /** With what is known of its few probes. */
  #begin(source: number): Source {
    const made: Source = { probes: [], next: 0, stretches: null };
    this.#few.forEach((...probe) => remember(made, ...probe));
    this.#keep(source, made);
    return made;
  }

  #keep(source: number, state: Source): void {
    if (this.#young.size >= SOURCES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(source, state);
  }
}

function remember(state: Source, target: number, port: number, timeUs: number, opener: boolean): void {
  const { probes, next } = state;
  probes[next] = timeUs;
  probes[next + HOST] = target;
  probes[next + PORT] = port;
  probes[next + OPENER] = opener ? 1 : 0;
  state.next = (next + PROBE) % (REMEMBERED * PROBE);
}

/** Keys of hosts and of ports in one map: ports are small, hosts are made negative or large. */
function hostKey(target: number): number {
  return (target >>> 0) + 0x10000;
}

/** Makes the last stretch reach to `now` when it still runs. */
function extend(map: Map<number, number[]> | null, key: number, now: number): boolean {
  const stretches = map?.get(key);
  if (stretches === undefined) return false;
  const last = stretches[stretches.length - 1];
  if (now - last > WINDOW_US || now < stretches[stretches.length - 2]) return false;
  if (now > last) stretches[stretches.length - 1] = now;
  return true;
}

function covers(stretches: readonly number[] | undefined, time: number): boolean {
  if (stretches === undefined) return false;
  for (let i = 0; i < stretches.length; i += 2) if (time >= stretches[i] && time <= stretches[i + 1]) return true;
  return false;
}

/** The name of a source and the port of a target. */
export function talkName(source: number, target: number, port: number): number {
  return mixWord(mixWord(source, target), port);
}
