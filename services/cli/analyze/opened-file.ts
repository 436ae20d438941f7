import { firstTimeUs, openCapture, type CaptureSource } from "@hangup/packets";

/** A capture file of which the beginning has been read. */
export interface OpenedFile {
  /** What messages call it. */
  readonly name: string;
  readonly source: CaptureSource;
  /** Time of its first packet, µs; null where the beginning shows none. */
  readonly beginsUs: number | null;
  /** All of it, once. A chunk is overwritten when the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** '-' is stdin. `size`: read no more of a file than so many bytes. @throws CaptureError when it cannot be read. */
export async function openFile(path: string, size?: number): Promise<OpenedFile> {
  const source = await openCapture(path, size);
  const rest = source[Symbol.asyncIterator]();
  const { value, done } = await rest.next();
  const beginning: Uint8Array = done === true ? new Uint8Array(0) : value;
  const name = path === "-" ? "stdin" : path;
  return { name, source, beginsUs: firstTimeUs(beginning), chunks: withBeginning(beginning, rest) };
}

async function* withBeginning(beginning: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield beginning;
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true) return;
    yield value;
  }
}
