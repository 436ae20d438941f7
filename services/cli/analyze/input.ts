import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { HangupError } from "@hangup/service";

/** One read: large enough that the calls cost nothing, small enough to leave the processor's cache to the connections. */
const CHUNK = 1 << 16;

/** How far the input was read. */
export interface InputProgress {
  /** Bytes read so far, of the file as it is stored, and its size; 0 where the size is not known. */
  readonly read: number;
  readonly size: number;
}

export interface InputResult {
  /** The compressed stream ended before its end. */
  readonly cut: boolean;
}

type Take = (chunk: Uint8Array, progress: InputProgress) => void;

/**
 * Reads a capture to its end: `-` is stdin, gzip and zstd are recognised by their first bytes. `take` gets chunks that are
 * valid until it returns.
 * @throws HangupError HANGUP_FILE when it cannot be read.
 */
export async function readInput(path: string, take: Take): Promise<InputResult> {
  if (path === "-") return readStream(process.stdin, 0, path, take);
  const file = open(path);
  try {
    const { size } = fstatSync(file);
    const chunk = new Uint8Array(CHUNK);
    let read = 0;
    for (;;) {
      const length = readSync(file, chunk, 0, CHUNK, null);
      if (length === 0) return { cut: false };
      if (read === 0 && compression(chunk, length) !== null) {
        return await readStream(createReadStream(path), size, path, take);
      }
      read += length;
      take(chunk.subarray(0, length), { read, size });
      // Lets signals and a closed pipe be noticed.
      if (read % (CHUNK * 64) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (cause) {
    throw fileError(path, cause);
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw fileError(path, cause);
  }
}

async function readStream(source: Readable, size: number, path: string, take: Take): Promise<InputResult> {
  let read = 0;
  const chunks = counted(source, (length) => (read += length));
  let unpacking = false;
  try {
    const { value: first, done } = await chunks.next();
    if (done === true) return { cut: false };
    const kind = compression(first, first.length);
    if (kind === null) {
      take(first, { read, size });
      for await (const chunk of chunks) take(chunk, { read, size });
      return { cut: false };
    }
    unpacking = true;
    const unpack = kind === "gzip" ? createGunzip() : createZstdDecompress();
    Readable.from(rejoined(first, chunks))
      .on("error", (error) => unpack.destroy(error))
      .pipe(unpack);
    for await (const chunk of unpack) take(chunk as Uint8Array, { read, size });
    return { cut: false };
  } catch (cause) {
    if (unpacking && isCutStream(cause)) return { cut: true };
    throw fileError(path, cause);
  }
}

async function* counted(source: Readable, count: (length: number) => void): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    const bytes = chunk as Uint8Array;
    count(bytes.length);
    yield bytes;
  }
}

async function* rejoined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield first;
  yield* rest;
}

function compression(bytes: Uint8Array, length: number): "gzip" | "zstd" | null {
  if (length < 4) return null;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd ? "zstd" : null;
}

function isCutStream(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  return code === "Z_BUF_ERROR" || code.startsWith("Z_") || code.startsWith("ZSTD_");
}

function fileError(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined || cause instanceof HangupError) return cause;
  const why =
    code === "ENOENT"
      ? "no such file"
      : code === "EACCES"
        ? "no permission to read it"
        : code === "EISDIR"
          ? "is a directory"
          : (cause as Error).message;
  return new HangupError("HANGUP_FILE", `${path}: ${why}`, { cause });
}
