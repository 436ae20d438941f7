import { createWriteStream, type WriteStream } from "node:fs";
import type { Logger } from "@hangup/service";

/** `-w FILE`: what is captured, written to a file as well. A file that cannot be written is told once, and the capture goes on. */
export class CaptureCopy {
  readonly #file: WriteStream;
  #broken = false;

  constructor(path: string, log: Logger) {
    this.#file = createWriteStream(path);
    this.#file.on("error", (error) => {
      this.#broken = true;
      log.error(`${path} cannot be written: ${error.message}; the capture goes on without it`);
    });
  }

  write(chunk: Uint8Array): void {
    // A copy: the source uses its buffer again.
    if (!this.#broken) this.#file.write(Buffer.from(chunk));
  }

  /** Resolves when all is in the file, or it is broken. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#broken) resolve();
      this.#file.once("error", () => resolve());
      this.#file.end(() => resolve());
    });
  }
}
