import type { Gunzip, ZstdDecompress } from "node:zlib";

import { ZstdFrames } from "./zstd-frames.ts";

/** Bytes in and out at a time. An error keeps back what the piece gave in front of it. */
const PIECE = 64 * 1024;

export type Compression = "gzip" | "zstd" | "";

/** Told by the first four bytes. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  const zstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  // Parallel compressors begin with a skippable frame.
  const skippable = (head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
  return zstd || skippable ? "zstd" : "";
}

/** How far a reading of compressed data came. */
interface Reading {
  /** Bytes in front of the piece that was used last, or failed. */
  used: number;
  /** Bytes handed out. */
  given: number;
  /** Why it ended early, "" where it did not; `cut`: there is no more, rather than something false. */
  damage: string;
  cut: boolean;
}

/**
 * Decompresses `input`. Damage ends the output behind the last byte that could be read, before `onDamage` is told; it throws only
 * what `input` throws. Memory stays bounded however much the data expands.
 * @param again the same input from its beginning: where there is none, up to a piece of output in front of damage is lost.
 */
export async function* decompress(
  input: AsyncIterable<Uint8Array>,
  compression: "gzip" | "zstd",
  onDamage: (what: string) => void,
  again: (() => AsyncIterable<Uint8Array>) | null = null,
): AsyncGenerator<Uint8Array> {
  const reading: Reading = { used: 0, given: 0, damage: "", cut: false };
  yield* read(input, compression, reading, Infinity);
  if (reading.damage === "") return;
  if (again !== null && !reading.cut) {
    let known = reading.given;
    for await (const chunk of read(again(), compression, { ...reading, used: 0 }, reading.used)) {
      if (chunk.length > known) yield chunk.subarray(known);
      known = Math.max(0, known - chunk.length);
    }
  }
  onDamage(reading.damage);
}

/** Decompresses up to the end or damage. The piece from `slowlyFrom` on is used byte by byte, so that an error keeps nothing back. */
async function* read(
  input: AsyncIterable<Uint8Array>,
  compression: "gzip" | "zstd",
  reading: Reading,
  slowlyFrom: number,
): AsyncGenerator<Uint8Array> {
  // Most captures are not compressed, and reading one should not begin with loading this.
  const { createGunzip, createZstdDecompress } = process.getBuiltinModule("node:zlib");
  const stream =
    compression === "gzip" ? createGunzip({ chunkSize: PIECE }) : createZstdDecompress({ chunkSize: PIECE });
  let wake: (() => void) | null = null;
  let ended = false;
  const end = (): void => {
    ended = true;
    wake?.();
  };
  stream.on("readable", () => wake?.());
  stream.on("end", end);
  stream.on("error", (error) => {
    reading.cut = "code" in error && error.code === "Z_BUF_ERROR";
    reading.damage = reading.cut
      ? `the ${compression} data ends early`
      : `the ${compression} data is damaged: ${error.message}`;
    end();
  });
  const fed = feed(input, stream, compression === "zstd", reading, slowlyFrom).catch((error: unknown) => {
    stream.destroy();
    end();
    throw error;
  });
  // Thrown below, once what came before has been taken.
  fed.catch(() => undefined);
  try {
    for (;;) {
      // Not by iteration: that would throw away what was decompressed just before an error.
      const chunk = stream.read() as Buffer | null;
      if (chunk !== null) {
        reading.given += chunk.length;
        yield chunk;
      } else if (ended) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    stream.destroy();
    await fed;
  } finally {
    stream.destroy();
    await fed.catch(() => undefined);
  }
}

async function feed(
  input: AsyncIterable<Uint8Array>,
  stream: Gunzip | ZstdDecompress,
  byFrame: boolean,
  reading: Reading,
  slowlyFrom: number,
): Promise<void> {
  const frames = new ZstdFrames();
  const closed = new Promise<void>((resolve) => {
    stream.once("close", resolve);
  });
  for await (const chunk of input) {
    for (let at = 0; at < chunk.length && !stream.destroyed;) {
      const quick = slowlyFrom - reading.used;
      const most = quick > 0 ? Math.min(quick, PIECE) : quick > -PIECE ? 1 : PIECE;
      let piece = chunk.subarray(at, at + most);
      if (byFrame) piece = piece.subarray(0, frames.frameEnd(piece, 0));
      const used = new Promise<void>((resolve) => {
        stream.write(piece, () => resolve());
      });
      // A stream that fails may not answer the write, but it closes.
      await Promise.race([used, closed]);
      if (stream.destroyed) return;
      at += piece.length;
      reading.used += piece.length;
    }
    if (stream.destroyed) return;
  }
  stream.end();
}
