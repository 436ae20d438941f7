import type { DecodeCounters } from "../counters.ts";
import { CaptureDecoder, type CaptureDecoderOptions } from "../decoder.ts";
import { Segment } from "../segment.ts";

export interface ReadBack {
  /** Copies, in the order of the capture; their `buffer` holds the captured payload alone. */
  readonly segments: Segment[];
  readonly counters: DecodeCounters;
}

/** Decodes a whole capture, in chunks of `chunk` bytes where that is given. */
export function readBack(
  capture: Uint8Array,
  options: CaptureDecoderOptions & { readonly chunk?: number } = {},
): ReadBack {
  const segments: Segment[] = [];
  const decoder = new CaptureDecoder((segment) => {
    const copy = Object.assign(new Segment(), segment);
    copy.buffer = segment.buffer.slice(segment.payloadOffset, segment.payloadOffset + segment.payloadCaptured);
    copy.payloadOffset = 0;
    segments.push(copy);
  }, options);
  const chunk = options.chunk ?? Math.max(1, capture.length);
  for (let at = 0; at < capture.length; at += chunk) decoder.push(capture.subarray(at, at + chunk));
  decoder.end();
  return { segments, counters: decoder.counters };
}
