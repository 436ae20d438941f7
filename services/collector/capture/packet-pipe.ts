import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HangupError } from "@hangup/service";

/** What a pipe holds, and what one read takes. */
const PIPE_BYTES = 65_536;
/** So much at once, and more is surely waiting. */
const MUCH_BYTES = PIPE_BYTES / 2;
/** While little comes, each time. */
const USUAL_PAUSE_MS = 4;
/** tcpdump fills the pipe in a millisecond when it has much. */
const SHORTEST_PAUSE_MS = 1;

/**
 * A pipe that a child writes many small pieces into, read in few large ones.
 *
 * tcpdump writes every packet by itself. Whoever let the kernel tell of each would spend most of its time being told, and
 * so would tcpdump telling; so this looks into the pipe from time to time instead. While the pipe is full tcpdump waits,
 * and the kernel's ring keeps the packets.
 */
export class PacketPipe {
  /** For the child; closed here once it has it. */
  readonly #writeEnd: number;
  readonly #readEnd: number;
  readonly #buffer = Buffer.alloc(PIPE_BYTES);
  readonly #longestPauseMs: number;
  readonly #sink: (chunk: Buffer) => void;
  #pauseMs = SHORTEST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** More was there at the last look than fits into one read: what the child has for us is older than now. */
  isBehind = false;

  /** `sink` gets what was read; the bytes are used again after it returns. */
  constructor(longestPauseMs: number, sink: (chunk: Buffer) => void) {
    this.#longestPauseMs = longestPauseMs;
    this.#sink = sink;
    const directory = mkdtempSync(join(tmpdir(), "hangup-pipe-"));
    try {
      const path = join(directory, "packets");
      execFileSync("mkfifo", [path], { stdio: "ignore" });
      this.#readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      this.#writeEnd = openSync(path, constants.O_WRONLY);
    } catch (cause) {
      throw new HangupError(
        "HANGUP_CAPTURE_FAILED",
        `no pipe could be made in ${tmpdir()}: ${(cause as Error).message}`,
        {
          remedy: "The program mkfifo (coreutils) and a directory for temporary files ($TMPDIR) are needed",
          cause,
        },
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Gives the writing end to a child by `start`, and begins to read. */
  connect<T>(start: (writeEnd: number) => T): T {
    try {
      return start(this.#writeEnd);
    } finally {
      closeSync(this.#writeEnd);
      this.#wait();
    }
  }

  /** The child has ended: takes what is left. */
  close(): void {
    if (this.#closed) return;
    while (this.#read() > 0);
    this.#closed = true;
    clearTimeout(this.#timer);
    closeSync(this.#readEnd);
  }

  #wait(): void {
    if (!this.#closed) this.#timer = setTimeout(() => this.#look(), this.#pauseMs);
  }

  #look(): void {
    const bytes = this.#read();
    this.isBehind = bytes >= MUCH_BYTES;
    if (this.isBehind) {
      this.#pauseMs = SHORTEST_PAUSE_MS;
      // After the timers that are due.
      setImmediate(() => {
        if (!this.#closed) this.#look();
      });
      return;
    }
    // A little may be the beginning of much.
    this.#pauseMs = Math.min(this.#pauseMs * 4, bytes > 0 ? USUAL_PAUSE_MS : this.#longestPauseMs);
    this.#wait();
  }

  /** Answers the bytes that there were. */
  #read(): number {
    let bytes = 0;
    // That the pipe is empty is an exception to Node.js, and most of what that costs is its stack.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      bytes = readSync(this.#readEnd, this.#buffer, 0, PIPE_BYTES, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    if (bytes > 0) this.#sink(this.#buffer.subarray(0, bytes));
    return bytes;
  }
}
