import type { CaptureSource } from "@hangup/packets";

/** Bytes of a small file, and of memory for all connections that it can hold: each has a record of 40 bytes at least. */
const SMALL_FILE = 4 * 2 ** 20;
const ENOUGH = 64 * 2 ** 20;

/**
 * Cap on what is kept of the connections of a capture in one file, bytes; `most` where it is not small. V8 counts what is only reserved as in
 * use and looks for garbage when that is much. A small file is read by then, and a process that ends while a thread of V8 asks for it may
 * wait for ever (nodejs/node issue 54918).
 */
export function memoryCap({ size, compression }: CaptureSource, most?: number): number | undefined {
  const small = size !== null && size <= SMALL_FILE && compression === "";
  return small ? Math.min(ENOUGH, most ?? ENOUGH) : most;
}
