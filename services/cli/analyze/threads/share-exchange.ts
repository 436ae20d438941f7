import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { NotesExchange, NotesOfShare } from "@hangup/connections";
import { HangupError } from "@hangup/service/command";
import type { ShareTask } from "./share-messages.ts";

/**
 * How the threads tell each other what they have noted: by message ports, and by a counter each that says how often it has done so,
 * at which the others wait. They meet at each turn of the capture clock.
 */
export class ShareExchange implements NotesExchange {
  readonly #index: number;
  readonly #ports: readonly (MessagePort | null)[];
  readonly #rounds: Int32Array;
  readonly #before: () => void;

  /** `before` is called before each exchange. */
  constructor({ index, ports, rounds }: Pick<ShareTask, "index" | "ports" | "rounds">, before: () => void) {
    this.#index = index;
    this.#ports = ports;
    this.#rounds = new Int32Array(rounds);
    this.#before = before;
  }

  /** @throws HangupError where the threads have not read the same. */
  exchange(own: NotesOfShare): NotesOfShare[] {
    this.#before();
    const round = this.#handOut(own);
    return this.#ports.map((port, share) => (port === null ? own : this.#receive(port, share, round, own.nowUs)));
  }

  /** This share has read everything. Whoever waits for more of it has read something else. */
  end(): void {
    this.#handOut(null);
  }

  /** Answers how often that was done. */
  #handOut(notes: NotesOfShare | null): number {
    for (const port of this.#ports) port?.postMessage(notes);
    const round = Atomics.add(this.#rounds, this.#index, 1) + 1;
    Atomics.notify(this.#rounds, this.#index);
    return round;
  }

  #receive(port: MessagePort, share: number, round: number, nowUs: number): NotesOfShare {
    for (;;) {
      const there = Atomics.load(this.#rounds, share);
      if (there >= round) break;
      Atomics.wait(this.#rounds, share, there);
    }
    const received = receiveMessageOnPort(port);
    const notes = (received?.message ?? null) as NotesOfShare | null;
    if (notes !== null && notes.nowUs === nowUs) return notes;
    throw new HangupError("HANGUP_FILE", "two threads have not read the same: a file changed while it was read", {
      remedy: "Run it again when nobody writes the file, or with --threads 1",
    });
  }
}
