import { CaptureDecoder, openCapture } from "@hangup/packets";
import { captureFault } from "@hangup/teardowns";

/** Times of a capture's TCP segments, µs since the epoch. */
export interface CaptureSpan {
  readonly firstUs: number;
  readonly lastUs: number;
}

/** A look at the beginning is enough to see how old a capture is. */
const BEGINNING_BYTES = 1 << 20;

/**
 * Reads a capture file, or its first MiB, for its times; null when there is no TCP segment in it.
 * @throws HangupError for a file that cannot be read or is no capture.
 */
export async function captureSpan(path: string, extent: "all" | "beginning"): Promise<CaptureSpan | null> {
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = Number.NEGATIVE_INFINITY;
  const decoder = new CaptureDecoder(({ timeUs }) => {
    if (timeUs < firstUs) firstUs = timeUs;
    if (timeUs > lastUs) lastUs = timeUs;
  });
  try {
    const source = await openCapture(path);
    for await (const chunk of source) {
      decoder.push(chunk);
      if (extent === "beginning" && source.bytesRead >= BEGINNING_BYTES) break;
    }
    if (extent === "all") decoder.end();
  } catch (error) {
    // What can be read of it has times; the reading itself tells of the rest.
    if (lastUs < firstUs) throw captureFault(error, path);
  }
  return lastUs < firstUs ? null : { firstUs, lastUs };
}
