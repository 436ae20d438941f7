import { addressFingerprint, FingerprintSet, mixWord } from "./fingerprints.ts";
import { Hosts } from "./hosts.ts";
import { Knocks } from "./knocks.ts";
import {
  FORWARDED,
  KIND_SHIFT,
  KNOCK,
  LISTENER,
  MARK,
  NOTE_WORDS,
  noteTime,
  PROBE,
  TALK,
  TTL_SHIFT,
  type Notes,
} from "./notes.ts";
import { Scans } from "./scans.ts";

/** What is known of hosts from all connections of the capture together. */
export class Neighbourhood {
  readonly hosts = new Hosts();
  /** Endpoints that received a SYN or answered one (listenerName). */
  readonly listeners = new FingerprintSet(1 << 16);
  readonly scans = new Scans();
  readonly knocks = new Knocks();

  /** A turn of the capture clock, all before it learned: what was met long ago may be forgotten. */
  turn(): void {
    this.hosts.turn();
    this.listeners.turn();
    this.scans.turn();
  }

  /** Learns what is written, in the order of capture. */
  learn({ words, length }: Pick<Notes, "words" | "length">): void {
    for (let at = 0; at < length;) at = this.#learn(words, at);
  }

  /** Learns the entry at `at`; answers where the next begins. */
  #learn(words: Int32Array, at: number): number {
    const head = words[at];
    const kind = head >>> KIND_SHIFT;
    const port = head & 0xffff;
    const mark = (head & MARK) !== 0;
    const from = at + 1;
    if (kind === TALK) this.scans.noteTalk(words[from]);
    else if (kind === FORWARDED) this.hosts.noteForwarded(words[from]);
    else if (kind === LISTENER) this.listeners.add(words[from]);
    else if (kind === PROBE) this.scans.noteProbe(words[from], words[from + 1], port, noteTime(words, from + 2), mark);
    else if (kind === KNOCK) this.knocks.note(words[from], words[from + 1], port, noteTime(words, from + 2));
    else this.#learnTtl(words, from, (head >>> TTL_SHIFT) & 255, port, mark);
    return at + NOTE_WORDS[kind];
  }

  #learnTtl(words: Int32Array, at: number, ttl: number, port: number, listens: boolean): void {
    const context = words[at + 4];
    const known = this.hosts.noteServerTtl(words, at, context, ttl, port);
    if (!known && listens) this.listeners.add(mixWord(addressFingerprint(words, at, context), port));
  }
}
