import { styleText } from "node:util";

/** Off a terminal, where lines cannot be rewritten, a long step says how it goes this often. */
const NOTE_EVERY_MS = 4_000;

/** One line a part, on stderr: what is being started, then how long it took. */
export class Progress {
  readonly #terminal = process.stderr.isTTY;
  readonly #width: number;

  constructor(names: readonly string[]) {
    this.#width = Math.max(...names.map((name) => name.length));
  }

  /** Runs one step and reports it; `note` changes what is said of it meanwhile, its result is said at the end. */
  async step<T>(
    name: string,
    run: (note: (text: string) => void) => Promise<T>,
    describe: (result: T) => string,
  ): Promise<T> {
    const started = Date.now();
    let noted = started;
    const note = (text: string): void => {
      if (this.#terminal) this.#line(name, styleText("dim", text, { stream: process.stderr }), "");
      else if (Date.now() - noted >= NOTE_EVERY_MS) {
        this.#line(name, text, "\n");
        noted = Date.now();
      }
    };
    note("starting");
    try {
      const result = await run(note);
      const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5);
      const ready = styleText("green", "ready", { stream: process.stderr });
      this.#line(name, `${ready} ${seconds} s  ${describe(result)}`, "\n");
      return result;
    } catch (error) {
      this.#line(name, styleText("red", "failed", { stream: process.stderr }), "\n");
      throw error;
    }
  }

  #line(name: string, text: string, end: string): void {
    process.stderr.write(`${this.#terminal ? "\r\x1b[K" : ""}  ${name.padEnd(this.#width)}  ${text}${end}`);
  }
}
