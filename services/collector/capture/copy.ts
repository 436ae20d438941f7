import { createWriteStream, openSync, type WriteStream } from "node:fs";
import { fileFault, systemWords, type Logger } from "@hangup/service";

/** `-w FILE`: what is captured, written to a file as well. Should that fail later (a full disk), it is told once, and the capture goes on. */
export class CaptureCopy {
  readonly #path: string;
  readonly #log: Logger;
  #file: WriteStream;
  #broken = false;

  /** @throws HangupError HANGUP_FILE when the file cannot be opened for writing. */
  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#file = this.#open();
  }

  /**
   * Goes on in a new file of that name, which begins with `head`: the old one has been moved away, by logrotate say.
   * @throws HangupError HANGUP_FILE when it cannot be opened; then the old one goes on.
   */
  reopen(head: Uint8Array): void {
    const old = this.#file;
    this.#file = this.#open();
    this.#broken = false;
    old.end();
    this.write(head);
  }

  write(chunk: Uint8Array): void {
    // A copy: the source uses its buffer again.
    if (!this.#broken) this.#file.write(Buffer.from(chunk));
  }

  /** While the file is behind: a promise that it is not any more. */
  room(): Promise<void> | undefined {
    if (this.#broken || !this.#file.writableNeedDrain) return undefined;
    return new Promise((resolve) => {
      this.#file.once("drain", resolve);
      this.#file.once("close", resolve);
    });
  }

  #open(): WriteStream {
    const file = createWriteStream(this.#path, { fd: openForWriting(this.#path) });
    file.on("error", (error) => {
      this.#broken = true;
      this.#log.error(`${this.#path} cannot be written: ${systemWords(error)}; the capture goes on without it`);
    });
    return file;
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

function openForWriting(path: string): number {
  try {
    return openSync(path, "w");
  } catch (cause) {
    throw fileFault(cause, { option: "--write", path, use: "written" });
  }
}
