import { addressFingerprint, FingerprintSet, mixWord } from "./fingerprints.js";
/** Targets of one source within the window that make a scan. */
const TARGETS = 8;
const WINDOW_US = 10_000_000;
/** Probes remembered of a source. */
const REMEMBERED = 128;
/** Sources a generation holds. */
const SOURCES = 1 << 14;
/**
 * Who knocked at how many doors: sources with byteless tuples to at least eight ports of a host, or, by SYN, FIN, NULL or XMAS, to
 * one port of at least eight hosts, within 10 s. A target that the source also exchanges data with does not count.
 */
export class Scans {
  #young = new Map();
  #old = new Map();
  #talks = new FingerprintSet(1 << 15);
  /** The source and the server port exchanged data. */
  noteTalk(source, target, port) {
    this.#talks.add(mixWord(mixWord(source, target), port));
  }
  /** A byteless tuple that was refused, reset, or opened by a segment that opens nothing. `opener`: it began by SYN or such a segment. */
  noteProbe(source, target, port, timeUs, opener) {
    if (this.#talks.has(mixWord(mixWord(source, target), port))) return;
    const state = this.#source(source);
    const i = state.next;
    state.times[i] = timeUs;
    state.hosts[i] = target;
    state.ports[i] = port;
    state.openers[i] = opener;
    state.next = (i + 1) % REMEMBERED;
    if (!extend(state.stretches, hostKey(target), timeUs)) this.#judge(state, timeUs, target, -1);
    if (opener && !extend(state.stretches, port, timeUs)) this.#judge(state, timeUs, -1, port);
  }
  /** Was this target part of a scan by the source at that time? */
  includes(source, target, port, timeUs, opener) {
    const state = this.#young.get(source) ?? this.#old.get(source);
    if (state === undefined || this.#talks.has(mixWord(mixWord(source, target), port))) return false;
    return (
      covers(state.stretches.get(hostKey(target)), timeUs) || (opener && covers(state.stretches.get(port), timeUs))
    );
  }
  /** Counts distinct ports of a host, or distinct hosts of a port, in the window that ends at `now`. */
  #judge(state, now, target, port) {
    const seen = new Set();
    let first = now;
    for (let i = 0; i < state.times.length; i++) {
      const time = state.times[i];
      if (Math.abs(now - time) > WINDOW_US) continue;
      if (target !== -1 ? state.hosts[i] !== target : state.ports[i] !== port || !state.openers[i]) continue;
      seen.add(target !== -1 ? state.ports[i] : state.hosts[i]);
      if (time < first) first = time;
    }
    if (seen.size < TARGETS) return;
    const key = target !== -1 ? hostKey(target) : port;
    const stretches = state.stretches.get(key) ?? [];
    stretches.push(first, now);
    if (stretches.length > 64) stretches.splice(0, 2);
    state.stretches.set(key, stretches);
  }
  #source(key) {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    if (this.#young.size >= SOURCES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    const made = this.#old.get(key) ?? { times: [], hosts: [], ports: [], openers: [], next: 0, stretches: new Map() };
    this.#young.set(key, made);
    return made;
  }
}
/** Keys of hosts and of ports in one map: ports are small, hosts are made negative or large. */
function hostKey(target) {
  return (target >>> 0) + 0x10000;
}
/** Makes the last stretch reach to `now` when it still runs. */
function extend(map, key, now) {
  const stretches = map.get(key);
  if (stretches === undefined) return false;
  const last = stretches[stretches.length - 1];
  if (now - last > WINDOW_US || now < stretches[stretches.length - 2]) return false;
  if (now > last) stretches[stretches.length - 1] = now;
  return true;
}
function covers(stretches, time) {
  if (stretches === undefined) return false;
  for (let i = 0; i < stretches.length; i += 2) if (time >= stretches[i] && time <= stretches[i + 1]) return true;
  return false;
}
/** The name of an address for scans. */
export const scanName = addressFingerprint;
//# sourceMappingURL=scans.js.map
