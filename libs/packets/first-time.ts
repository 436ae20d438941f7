import { CaptureDecoder } from "./decoder.ts";

/** No longer than a record of a TCP packet, so that it is the first that is read. */
const STEP = 64;

/** Capture time of the first packet of a capture file that begins so, µs since 1970; null where no packet is whole, or it is no capture. */
export function firstTimeUs(beginning: Uint8Array): number | null {
  let first: number | null = null;
  const decoder = new CaptureDecoder(() => undefined);
  try {
    for (let at = 0; at < beginning.length && first === null; at += STEP) {
      decoder.push(beginning.subarray(at, at + STEP));
      if (decoder.counters.packets > 0) first = decoder.timeUs;
    }
  } catch {
    // Whoever reads the file says what is wrong with it.
  }
  return first;
}
