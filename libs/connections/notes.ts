import { LATELY_ENTRIES, NOTES_LENGTH } from "./arena-layout.ts";
import { addressFingerprint, mixWord } from "./fingerprints.ts";
import { A_SEGMENT, FORWARDED, KIND_SHIFT, KNOCK, LISTENER, MARK, PROBE, TALK, TTL, TTL_SHIFT } from "./note-layout.ts";

const time = new Float64Array(1);
const timeWords = new Int32Array(time.buffer);

/**
 * What connections tell of the hosts around them, written down in order of capture and learned before anything is judged: all at once
 * it takes less than a search at each segment.
 */
export class Notes {
  readonly #words: Int32Array;
  /** How many of the words are written. */
  readonly #noted: Int32Array;
  /** What was noted of endpoints and is known still, by fingerprint: servers would say the same with each connection. */
  readonly #lately: Int32Array;
  #generation = 0;
  /** What was written before, where it could not be learned yet, and how many words of it. */
  #aside = new Int32Array(0);
  #asideLength = 0;

  /** All zero: what they are kept in, where others write some too. */
  constructor(
    words: Int32Array = new Int32Array(NOTES_LENGTH),
    noted: Int32Array = new Int32Array(1),
    lately: Int32Array = new Int32Array(LATELY_ENTRIES),
  ) {
    this.#words = words;
    this.#noted = noted;
    this.#lately = lately;
  }

  /** They should be learned now. */
  get full(): boolean {
    return this.#noted[0] + A_SEGMENT >= this.#words.length;
  }

  /** Words written. */
  get length(): number {
    return this.#asideLength + this.#noted[0];
  }

  /** What is written. */
  get words(): Int32Array {
    if (this.#asideLength > 0) this.setAside();
    return this.#asideLength > 0 ? this.#aside : this.#words;
  }

  /** Makes room for more where they cannot be learned yet. */
  setAside(): void {
    if (this.length > this.#aside.length) {
      const larger = new Int32Array(Math.max(this.#aside.length, this.length) * 2);
      larger.set(this.#aside);
      this.#aside = larger;
    }
    this.#aside.set(this.#words.subarray(0, this.#noted[0]), this.#asideLength);
    this.#asideLength = this.length;
    this.#noted[0] = 0;
  }

  /** What is written has been learned. In another generation (Neighbourhood) what is noted again counts again. */
  clear(generation: number): void {
    this.#noted[0] = 0;
    this.#asideLength = 0;
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
    const at = (what ^ (what >>> 16)) & (LATELY_ENTRIES - 1);
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
    this.#words[this.#noted[0]++] = word;
  }
}

/** The time at `at` of an entry, µs. */
export function noteTime(words: Int32Array, at: number): number {
  timeWords[0] = words[at];
  timeWords[1] = words[at + 1];
  return time[0];
}
