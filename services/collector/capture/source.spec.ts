import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCapture } from "@hangup/packets";
import { HangupError } from "@hangup/service";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemTimers } from "../timers.ts";
import { FileSource } from "./file-source.ts";
import type { Source, Taker } from "./source.ts";
import { Tcpdump } from "./tcpdump.ts";

const BYTES = 3_000_000;
/** When a child exits, Node reads what is left in its pipe, room or not: less than this. */
const PIPE_BYTES = 500_000;

/** Has no room after each chunk until a turn of the event loop later, and counts what comes all the same. */
class SlowTaker implements Taker {
  #full = false;
  bytes = 0;
  unaskedBytes = 0;

  take(chunk: Uint8Array): void {
    if (this.#full) this.unaskedBytes += chunk.length;
    this.#full = true;
    this.bytes += chunk.length;
  }

  room(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#full = false;
        resolve();
      });
    });
  }
}

describe("a source that is a file", () => {
  let directory: string;
  let file: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-source-"));
    file = join(directory, "file");
    writeFileSync(file, Buffer.alloc(BYTES, 1));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** `cat` in tcpdump's place lets every byte through. */
  const through = (taker: Taker): Source =>
    new Tcpdump({
      command: () => ({ program: "sh", args: ["-c", 'echo "reading from file -" >&2; exec cat'] }),
      taker,
      input: () => openCapture(file),
      complaint: (lines) => new HangupError("HANGUP_CAPTURE_FAILED", lines.join(" ")),
      finite: true,
      copied: false,
      longestPauseMs: 50,
      timers: systemTimers,
      log: pino({ level: "silent" }),
    });

  it.each([
    { name: "as it is", open: (taker: Taker): Source => new FileSource(file, taker), most: 0 },
    { name: "through tcpdump", open: through, most: PIPE_BYTES },
  ])("waits for room after each chunk, read $name", async ({ open, most }) => {
    const taker = new SlowTaker();
    const source = open(taker);
    await source.start();
    await source.finished;
    expect(taker.bytes).toBe(BYTES);
    expect(taker.unaskedBytes).toBeLessThanOrEqual(most);
  });
});
