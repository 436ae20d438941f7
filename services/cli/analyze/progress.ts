import { whole } from "../terminal.ts";
import { bytes } from "./summary.ts";

const EVERY_MS = 200;

/** A line on a terminal's stderr that says how far reading has come, and disappears when it is done. */
export class ProgressLine {
  readonly #shown: boolean;
  readonly #write: (text: string) => void;
  #last = Date.now();
  #open = false;

  constructor(shown: boolean = process.stderr.isTTY, write = (text: string): unknown => process.stderr.write(text)) {
    this.#shown = shown;
    this.#write = write;
  }

  /** `read` of `size` bytes of the file as it lies; size null where it is not known. */
  update(name: string, packets: number, read: number, size: number | null): void {
    if (!this.#shown) return;
    const now = Date.now();
    if (now - this.#last < EVERY_MS) return;
    this.#last = now;
    this.#open = true;
    const share = size !== null && size > 0 ? ` ${Math.floor((read / size) * 100)}%` : "";
    this.#write(`\r\u001b[K${name}${share}: ${bytes(read)}, ${whole(packets)} packets`);
  }

  clear(): void {
    if (this.#open) this.#write("\r\u001b[K");
    this.#open = false;
  }
}
