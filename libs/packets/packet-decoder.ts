import type { DecodeCounters } from "./counters.ts";
import { BAD_CHECKSUM, FRAGMENT, Frame, ICMP_ERROR, MALFORMED, NOT_TCP, TCP_SEGMENT, TRUNCATED } from "./frame.ts";
import { readLayers } from "./layers.ts";
import type { Segment } from "./segment.ts";

/** One packet of a capture to at most one call of the sink, and to exactly one count. */
export class PacketDecoder {
  readonly frame = new Frame();
  readonly #counters: DecodeCounters;
  readonly #sink: (segment: Segment) => void;

  constructor(sink: (segment: Segment) => void, counters: DecodeCounters) {
    this.#sink = sink;
    this.#counters = counters;
  }

  /**
   * Decodes the packet in [at, end) of `buffer`, `wireLength` bytes long before the snapshot length cut it. Time and interface
   * stand in the segment already. `layer` is its first layer, 0 where the link type is not known.
   */
  packet(layer: number, buffer: Uint8Array, at: number, end: number, wireLength: number): void {
    const { frame } = this;
    const { segment } = frame;
    const counters = this.#counters;
    segment.packetIndex = ++counters.packets;
    counters.bytes += wireLength;
    segment.context = 0;
    segment.icmp = 0;
    frame.buffer = buffer;
    frame.at = at;
    frame.end = end;
    frame.wireEnd = at + wireLength;
    this.#count(readLayers(frame, layer));
  }

  #count(outcome: number): void {
    const counters = this.#counters;
    switch (outcome) {
      case ICMP_ERROR:
        counters.icmp++;
        counters.tcp++;
        this.#sink(this.frame.segment);
        break;
      case TCP_SEGMENT:
        counters.tcp++;
        this.#sink(this.frame.segment);
        break;
      case NOT_TCP:
        counters.notTcp++;
        break;
      case TRUNCATED:
        counters.truncated++;
        break;
      case MALFORMED:
        counters.malformed++;
        break;
      case FRAGMENT:
        counters.fragments++;
        break;
      case BAD_CHECKSUM:
        counters.badChecksum++;
        break;
      default:
        counters.unsupported++;
    }
  }
}
