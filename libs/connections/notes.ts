import { addressFingerprint, mixWord } from "./fingerprints.ts";

/** Kinds of note. */
export const FORWARDED = 0;
export const LISTENER = 1;
export const TALK = 2;
export const TTL = 3;
export const PROBE = 4;
export const KNOCK = 5;
/** Words of an entry, by kind. */
export const NOTE_WORDS = [2, 2, 2, 6, 5, 5];

/** Words that wait to be learned, and those that a segment can add. */
const CAPACITY = 1 << 10;
const A_SEGMENT = 64;

// First word of an entry: kind, mark, TTL 8 bits, port 16 bits.
export const KIND_SHIFT = 25;
/** Of a TTL: the SYN-ACK of a listener carried it. Of a probe: it was what opened the tuple. */
export const MARK = 1 << 24;
export const TTL_SHIFT = 16;

/** Entries of what was noted lately. */
const LATELY = 1 << 13;

const time = new Float64Array(1);
const timeWords = new Int32Array(time.buffer);

/**
 * What connections tell of the hosts around them, written down in order of capture and learned before anything is judged: all at once
 * it takes less than a search at each segment.
 *
 * An entry: kind, mark, TTL, port · what the kind says.
 */
export class Notes {
  words = new Int32Array(CAPACITY + A_SEGMENT);
  /** Words written. */
  length = 0;
  /** What was noted of endpoints and is known still, by fingerprint: servers would say the same with each connection. */
  readonly #lately = new Int32Array(LATELY);
  #generation = 0;

  /** They should be learned now. */
  get full(): boolean {
    return this.length + A_SEGMENT >= this.words.length;
  }

  /** Room for more where they cannot be learned yet. */
  grow(): void {
    const larger = new Int32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
  }

  /** What is written has been learned. In another generation (Neighbourhood) what is noted again counts again. */
  clear(generation: number): void {
    this.length = 0;
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#lately.fill(0);
  }

  /** The address (by fingerprint) lies behind a router. */
  forwarded(address: number): void {
    if (this.#saidLately(address)) return;
    this.#add(FORWARDED << KIND_SHIFT);
    this.#add(address);
  }

  /** The endpoint (by listenerName) was sent a SYN. */
  listener(endpoint: number): void {
    if (this.#saidLately(~endpoint)) return;
    this.#add(LISTENER << KIND_SHIFT);
    this.#add(endpoint);
  }

  /** Data passed between a source and a port of a target: `name` is that of the three (talkName). */
  talk(name: number): void {
    this.#add(TALK << KIND_SHIFT);
    this.#add(name);
  }

  /** The address at `at` carries the TTL on a server port; `listens`: it answered there. */
  serverTtl(words: Int32Array, at: number, context: number, ttl: number, port: number, listens: boolean): void {
    const head = (TTL << KIND_SHIFT) | (listens ? MARK : 0) | (ttl << TTL_SHIFT) | port;
    if (this.#saidLately(mixWord(addressFingerprint(words, at, context), head))) return;
    this.#add(head);
    for (let i = 0; i < 4; i++) this.#add(words[at + i]);
    this.#add(context);
  }

  /** A tuple without a byte that was refused, reset, or opened by what opens nothing. `opener`: it began by such, or by a SYN. */
  probe(source: number, target: number, port: number, timeUs: number, opener: boolean): void {
    this.#add((PROBE << KIND_SHIFT) | (opener ? MARK : 0) | port);
    this.#add(source);
    this.#add(target);
    this.#addTime(timeUs);
  }

  /** A handshake that its client cut without a byte. */
  knock(client: number, server: number, port: number, timeUs: number): void {
    this.#add((KNOCK << KIND_SHIFT) | port);
    this.#add(client);
    this.#add(server);
    this.#addTime(timeUs);
  }

  #saidLately(what: number): boolean {
    const at = (what ^ (what >>> 16)) & (LATELY - 1);
    if (this.#lately[at] === what) return true;
    this.#lately[at] = what;
    return false;
  }

  #addTime(timeUs: number): void {
    time[0] = timeUs;
    this.#add(timeWords[0]);
    this.#add(timeWords[1]);
  }

  #add(word: number): void {
    this.words[this.length++] = word;
  }
}

/** The time at `at` of an entry, µs. */
export function noteTime(words: Int32Array, at: number): number {
  timeWords[0] = words[at];
  timeWords[1] = words[at + 1];
  return time[0];
}
