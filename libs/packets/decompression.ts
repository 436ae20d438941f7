import type { Gunzip, ZstdDecompress } from "node:zlib";

import { ZstdFrames } from "./zstd-frames.ts";

/** Bytes in and out at a time: at an error, output of this size at most is lost from what stands before it. */
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

/**
 * Decompresses `input`. Damage ends the output behind the last byte that could be read, after `onDamage` was told; it throws only
 * what `input` throws. Memory stays bounded however much the data expands.
 */
export async function* decompress(
  input: AsyncIterable<Uint8Array>,
  compression: "gzip" | "zstd",
  onDamage: (what: string) => void,
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
    const early = "code" in error && error.code === "Z_BUF_ERROR";
    onDamage(early ? `the ${compression} data ends early` : `the ${compression} data is damaged: ${error.message}`);
    end();
  });
  const fed = feed(input, stream, compression === "zstd").catch((error: unknown) => {
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
      if (chunk !== null) yield chunk;
      else if (ended) break;
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
): Promise<void> {
  const frames = new ZstdFrames();
  const closed = new Promise<void>((resolve) => {
    stream.once("close", resolve);
  });
  for await (const chunk of input) {
    for (let at = 0; at < chunk.length && !stream.destroyed;) {
      let piece = chunk.subarray(at, at + PIECE);
      if (byFrame) piece = piece.subarray(0, frames.frameEnd(piece, 0));
      const used = new Promise<void>((resolve) => {
        stream.write(piece, () => resolve());
      });
      // A stream that fails may not answer the write, but it closes.
      await Promise.race([used, closed]);
      at += piece.length;
    }
    if (stream.destroyed) return;
  }
  stream.end();
}
