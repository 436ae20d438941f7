import { DecodeCounters } from "./counters.ts";
import type { Segment } from "./segment.ts";

export interface CaptureDecoderOptions {
  /** Give every packet context 0, so that equal tuples in different VLANs or tunnels are one connection. Default false. */
  readonly ignoreContext?: boolean;
  /** Drop segments with a wrong TCP checksum; wrong on a sending host, where the card fills it in. Default false. */
  readonly verifyChecksums?: boolean;
}

/** Bytes of a pcap or pcapng stream, in any chunking, to segments. */
export class CaptureDecoder {
  readonly counters = new DecodeCounters();
  readonly #sink: (segment: Segment) => void;

  /** `sink` is called for each segment with one and the same object. */
  constructor(sink: (segment: Segment) => void, _options: CaptureDecoderOptions = {}) {
    this.#sink = sink;
  }

  /**
   * Decodes what is complete in the stream so far. The chunk must not change until the call returns.
   * @throws CaptureError when the stream is no capture or has a link type that cannot be read.
   */
  push(_chunk: Uint8Array): void {
    void this.#sink;
  }

  /** The stream has ended. @throws CaptureError when it ended before it was a capture. */
  end(): void {}
}
