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
  PROBE,
  TALK,
  TTL,
  TTL_SHIFT,
} from "./note-layout.ts";
import { noteTime, type Notes } from "./notes.ts";
import { Scans } from "./scans.ts";

/** What is known of hosts from all connections of the capture together. */
export class Neighbourhood {
  readonly hosts = new Hosts();
  /** Endpoints that received a SYN or answered one (listenerName). */
  readonly listeners = new FingerprintSet(1 << 16);
  readonly scans = new Scans();
  readonly knocks = new Knocks();

  /** Rises when of what was noted before something may be forgotten. */
  get generation(): number {
    return this.hosts.generation + this.listeners.generation;
  }

  /** A turn of the capture clock, all before it learned: what was met long ago may be forgotten. */
  turn(): void {
    this.hosts.turn();
    this.listeners.turn();
    this.scans.turn();
  }

  /** Learns what is written, in the order of capture. */
  learn({ words, length }: Pick<Notes, "words" | "length">): void {
    for (let at = 0; at < length;) {
      const kind = words[at] >>> KIND_SHIFT;
      this.#learnEntry(kind, words, at);
      at += NOTE_WORDS[kind];
    }
  }

  #learnEntry(kind: number, words: Int32Array, at: number): void {
    if (kind === FORWARDED) this.hosts.noteForwarded(words[at + 1]);
    else if (kind === LISTENER) this.listeners.add(words[at + 1]);
    else if (kind === TALK) this.scans.noteTalk(words[at + 1]);
    else if (kind === TTL) this.#learnTtl(words, at);
    else if (kind === PROBE) {
      const opener = (words[at] & MARK) !== 0;
      this.scans.noteProbe(words[at + 1], words[at + 2], words[at] & 0xffff, noteTime(words, at + 3), opener);
    } else if (kind === KNOCK)
      this.knocks.note(words[at + 1], words[at + 2], words[at] & 0xffff, noteTime(words, at + 3));
  }

  #learnTtl(words: Int32Array, at: number): void {
    const head = words[at];
    const port = head & 0xffff;
    const context = words[at + 5];
    const known = this.hosts.noteServerTtl(words, at + 1, context, (head >>> TTL_SHIFT) & 255, port);
    if (!known && (head & MARK) !== 0) this.listeners.add(mixWord(addressFingerprint(words, at + 1, context), port));
  }
}
