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
  /** By kind of note, each learns the entry that begins at `at`. */
  readonly #learners: readonly Learner[];

  constructor() {
    const { hosts, listeners, scans, knocks } = this;
    const learners: Learner[] = [];
    learners[FORWARDED] = (words, at) => hosts.noteForwarded(words[at + 1]);
    learners[LISTENER] = (words, at) => listeners.add(words[at + 1]);
    learners[TALK] = (words, at) => scans.noteTalk(words[at + 1]);
    learners[TTL] = (words, at) => this.#learnTtl(words, at);
    learners[PROBE] = (words, at) => {
      const opener = (words[at] & MARK) !== 0;
      scans.noteProbe(words[at + 1], words[at + 2], words[at] & 0xffff, noteTime(words, at + 3), opener);
    };
    learners[KNOCK] = (words, at) =>
      knocks.note(words[at + 1], words[at + 2], words[at] & 0xffff, noteTime(words, at + 3));
    this.#learners = learners;
  }

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
      this.#learners[kind](words, at);
      at += NOTE_WORDS[kind];
    }
  }

  #learnTtl(words: Int32Array, at: number): void {
    const head = words[at];
    const port = head & 0xffff;
    const context = words[at + 5];
    const known = this.hosts.noteServerTtl(words, at + 1, context, (head >>> TTL_SHIFT) & 255, port);
    if (!known && (head & MARK) !== 0) this.listeners.add(mixWord(addressFingerprint(words, at + 1, context), port));
  }
}

type Learner = (words: Int32Array, at: number) => void;
