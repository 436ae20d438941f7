import { styleText } from "node:util";

/** One line a part, on stderr: what is being started, then how long it took. Rewrites the line on a terminal only. */
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
    let said = "";
    const note = (text: string): void => {
      if (text === said) return;
      said = text;
      if (this.#terminal) this.#write(`\r\x1b[K  ${name.padEnd(this.#width)}  ${styleText("dim", text)}`);
      else if (text !== "starting") this.#write(`  ${name.padEnd(this.#width)}  ${text}\n`);
    };
    note("starting");
    try {
      const result = await run(note);
      const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5);
      this.#write(
        `${this.#terminal ? "\r\x1b[K" : ""}  ${name.padEnd(this.#width)}  ${styleText("green", "ready")} ${seconds} s  ${describe(result)}\n`,
      );
      return result;
    } catch (error) {
      this.#write(`${this.#terminal ? "\r\x1b[K" : ""}  ${name.padEnd(this.#width)}  ${styleText("red", "failed")}\n`);
      throw error;
    }
  }

  #write(text: string): void {
    process.stderr.write(text);
  }
}
