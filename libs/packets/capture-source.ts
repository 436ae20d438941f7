import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open, stat as statOf } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";

import { CaptureError } from "./capture-error.ts";
import { type Compression, compressionOf, decompress } from "./decompression.ts";

/** Bytes of a chunk: fewer turns of the event loop than streams take, and still within a core's cache. */
const CHUNK = 256 * 1024;
/** Four megabytes: some milliseconds of work. */
const CHUNKS_A_TURN = 16;

/** The bytes of a capture, decompressed where they need be. Iterate once; a chunk is overwritten when the next is asked for. */
export class CaptureSource implements AsyncIterable<Uint8Array> {
  /** What messages call it: the path, or "standard input". */
  readonly name: string;
  /** Bytes of the file as it lies, null for a pipe. */
  readonly size: number | null;
  /** Bytes of it read so far, compressed where they are: `bytesRead / size` is the progress. */
  bytesRead = 0;
  compression: Compression = "";
  /** Why decompression ended early, "" where it did not. What came before has been handed out. */
  damage = "";
  /** Where the next chunk of a file is read into: as many bytes as this has. */
  buffer: Uint8Array = new Uint8Array(CHUNK);
  readonly #input: AsyncIterable<Uint8Array>;
  readonly #again: (() => AsyncIterable<Uint8Array>) | null;

  /** `again`: what `input` gives, from its beginning; null where that is not to be had. */
  constructor(
    name: string,
    size: number | null,
    input: AsyncIterable<Uint8Array>,
    again: (() => AsyncIterable<Uint8Array>) | null = null,
  ) {
    this.name = name;
    this.size = size;
    this.#input = input;
    this.#again = again;
  }

  /** @throws CaptureError with reason "unreadable" where reading fails. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      const input = this.#counted();
      const first = await fourBytes(input);
      this.compression = compressionOf(first);
      const all = rejoined(first, input);
      if (this.compression === "") yield* all;
      else yield* decompress(all, this.compression, (what) => (this.damage = what), this.#again);
    } catch (error) {
      throw unreadable(this.name, error);
    }
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#input) {
      this.bytesRead += chunk.length;
      yield chunk;
    }
  }
}

/**
 * Opens a capture file, or standard input for "-": plain, gzip or zstd, told by its first bytes. Named pipes are read as they grow.
 * @param size read no more of a file than so many bytes.
 * @throws CaptureError with reason "unreadable" where the file cannot be opened.
 */
export async function openCapture(path: string, size = Infinity): Promise<CaptureSource> {
  if (path === "-") return new CaptureSource("standard input", null, process.stdin);
  try {
    const stat = await statOf(path);
    if (stat.isDirectory()) throw Object.assign(new Error("directory"), { code: "EISDIR" });
    if (stat.isFile()) {
      const file = openSync(path, "r");
      const source: CaptureSource = new CaptureSource(
        path,
        stat.size,
        fileChunks(file, size, () => source.buffer),
        () => sameFile(path, stat.ino, size),
      );
      return source;
    }
    const pipe = await open(path);
    return new CaptureSource(path, null, pipe.createReadStream());
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Reads a file into the buffer that is there for each chunk. Synchronously: the kernel reads ahead anyway, and bytes that another thread has
 * copied are not in this core's cache. Signals and timers get their turn now and then.
 */
async function* fileChunks(file: number, size: number, buffer: () => Uint8Array): AsyncGenerator<Uint8Array> {
  try {
    let left = size;
    for (let turn = 1; ; turn++) {
      const chunk = buffer();
      const length = readSync(file, chunk, 0, Math.min(chunk.length, left), null);
      left -= length;
      if (length === 0) return;
      yield length === chunk.length ? chunk : chunk.subarray(0, length);
      if (turn % CHUNKS_A_TURN === 0) await setImmediate();
    }
  } finally {
    closeSync(file);
  }
}

/** The file again, unless it is another by now. */
async function* sameFile(path: string, inode: number, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK);
  const file = openSync(path, "r");
  if (fstatSync(file).ino === inode) yield* fileChunks(file, size, () => buffer);
  else closeSync(file);
}

/** The beginning of the input, of four bytes or more unless it ends before. */
async function fourBytes(input: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 4) {
    const { value, done } = await input.next();
    if (done === true) break;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  return first;
}

async function* rejoined(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "permission denied"],
  ["EISDIR", "it is a directory"],
]);

function unreadable(name: string, error: unknown): CaptureError {
  if (error instanceof CaptureError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const why = REASONS.get(code) ?? (error instanceof Error ? error.message : String(error));
  return new CaptureError("unreadable", `cannot read ${name}: ${why}`, { cause: error });
}
