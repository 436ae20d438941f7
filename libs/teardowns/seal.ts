import { BatchError } from "./batch-error.ts";

/**
 * The last field of a batch, `crc32`: `tag (2 bytes) | CRC-32 of all bytes before the tag, little-endian`. The tag is
 * that of number 1000, wire type 5: 8005 = 0xc5 0x3e.
 */
export const SEAL_BYTES = 6;
const TAG_LOW = 0xc5;
const TAG_HIGH = 0x3e;

/** Loaded when the first batch comes: commands that read captures have none. */
function crc32(bytes: Buffer): number {
  return process.getBuiltinModule("node:zlib").crc32(bytes);
}

/** Writes the seal of `buffer[0 … length)` behind it; the caller has made room. */
export function putSeal(buffer: Buffer, length: number): void {
  const sum = crc32(buffer.subarray(0, length));
  buffer[length] = TAG_LOW;
  buffer[length + 1] = TAG_HIGH;
  buffer.writeUInt32LE(sum, length + 2);
}

/** @throws BatchError bad_seal. */
export function checkSeal(message: Buffer): void {
  const length = message.length - SEAL_BYTES;
  const sealed =
    length >= 0 &&
    message[length] === TAG_LOW &&
    message[length + 1] === TAG_HIGH &&
    message.readUInt32LE(length + 2) === crc32(message.subarray(0, length));
  if (!sealed) throw new BatchError("bad_seal");
}
