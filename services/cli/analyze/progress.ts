import type { InputProgress } from "./input.ts";
import { bytes } from "./summary.ts";

const EVERY_MS = 200;

/** A line on a terminal's stderr that says how far reading has come, and disappears when it is done. */
export class ProgressLine {
  readonly #shown = process.stderr.isTTY;
  #last = Date.now();
  #open = false;

  update(name: string, packets: number, { read, size }: InputProgress): void {
    if (!this.#shown) return;
    const now = Date.now();
    if (now - this.#last < EVERY_MS) return;
    this.#last = now;
    this.#open = true;
    const share = size > 0 ? ` ${Math.floor((read / size) * 100)}%` : "";
    process.stderr.write(`\r\u001b[K${name}${share}: ${bytes(read)}, ${packets.toLocaleString("en-US")} packets`);
  }

  clear(): void {
    if (this.#open) process.stderr.write("\r\u001b[K");
    this.#open = false;
  }
}
