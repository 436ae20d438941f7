import type { DecodeCounters } from "./counters.ts";
import type { FastPath } from "./fast-path.ts";
import { Fragments } from "./fragments.ts";
import {
  BAD_CHECKSUM,
  ETHERNET,
  FRAGMENT,
  Frame,
  ICMP_ERROR,
  IP_PROTOCOL,
  MALFORMED,
  NOT_TCP,
  TCP_FRAGMENT,
  TCP_SEGMENT,
  TRUNCATED,
} from "./frame.ts";
import { readLayers } from "./layers.ts";
import { NOT_PLAIN, OF_OTHERS, READ, readPlainTcp } from "./plain-tcp.ts";
import { FIN, RST, type Segment, SYN } from "./segment.ts";
import { shareOfSegment, type ShareTaken } from "./share.ts";

/** One packet of a capture to at most one call of the sink, and to exactly one count. */
export class PacketDecoder {
  readonly frame = new Frame();
  readonly #counters: DecodeCounters;
  readonly #sink: (segment: Segment) => void;
  readonly #flagsOnly: boolean;
  readonly #share: ShareTaken | null;
  readonly #fastPath: FastPath | null;
  readonly #fragments = new Fragments();

  /** `flagsOnly`: TCP segments with none of SYN, FIN and RST are counted and not handed out. `share`: null for all connections. */
  constructor(
    sink: (segment: Segment) => void,
    counters: DecodeCounters,
    flagsOnly: boolean,
    share: ShareTaken | null = null,
    fastPath: FastPath | null = null,
  ) {
    this.#sink = sink;
    this.#counters = counters;
    this.#flagsOnly = flagsOnly;
    this.#share = share;
    this.#fastPath = fastPath;
  }

  /** The fast path over records of Ethernet with these limits; null where there is none. */
  fastPath(snapLength: number, ticksPerSecond: number): FastPath | null {
    if (this.#fastPath === null || this.frame.verifyChecksums) return null;
    this.#fastPath.begin({ snapLength, ticksPerSecond, flagsOnly: this.#flagsOnly, share: this.#share });
    return this.#fastPath;
  }

  /** No packet waits for more of its pieces: a fast path may go on. */
  get isWhole(): boolean {
    return this.#fragments.pending === 0;
  }

  /** The fast path has taken packets, all of them TCP. */
  took({ packets, bytes }: FastPath): void {
    const counters = this.#counters;
    counters.packets += packets;
    counters.bytes += bytes;
    counters.tcp += packets;
  }

  /**
   * Decodes the packet in [at, end) of `buffer`, `wireLength` bytes long before the snapshot length cut it. Time and interface
   * stand in the segment already; `view` is of the whole of `buffer`. `layer` is its first layer, 0 where the link type is not known.
   */
  packet(layer: number, buffer: Uint8Array, view: DataView, at: number, end: number, wireLength: number): void {
    const { frame } = this;
    const { segment } = frame;
    const counters = this.#counters;
    if (this.#fragments.pending !== 0) this.#giveUp(segment.timeUs);
    segment.packetIndex = ++counters.packets;
    counters.bytes += wireLength;
    segment.context = 0;
    segment.icmp = 0;
    if (layer === ETHERNET && !frame.verifyChecksums) {
      const plain = readPlainTcp(segment, buffer, view, at, end, at + wireLength, this.#flagsOnly, this.#share);
      if (plain !== NOT_PLAIN) {
        counters.tcp++;
        if (plain === READ) this.#sink(segment);
        else if (plain === OF_OTHERS) this.#share?.passOver(segment);
        return;
      }
    }
    frame.buffer = buffer;
    frame.at = at;
    frame.end = end;
    frame.wireEnd = at + wireLength;
    const outcome = readLayers(frame, layer);
    this.#count(outcome === TCP_FRAGMENT ? this.#join() : outcome);
  }

  #join(): number {
    const next = this.#fragments.take(this.frame);
    if (next !== IP_PROTOCOL) return next;
    const outcome = readLayers(this.frame, next);
    // What was put together is in pieces again: nobody sends that.
    return outcome === TCP_FRAGMENT ? FRAGMENT : outcome;
  }

  /** Hands out what there is of fragmented packets whose other pieces do not come: a filter on ports passes only the first. */
  #giveUp(nowUs: number): void {
    const { segment } = this.frame;
    const { interfaceId } = segment;
    segment.icmp = 0;
    while (this.#fragments.giveUp(this.frame, nowUs)) {
      if (readLayers(this.frame, IP_PROTOCOL) !== TCP_SEGMENT) continue;
      this.#counters.fragments--;
      this.#count(TCP_SEGMENT);
    }
    segment.interfaceId = interfaceId;
  }

  /** A record of which the container says too little to decode it. */
  malformed(wireLength: number): void {
    this.#counters.packets++;
    this.#counters.bytes += wireLength;
    this.#counters.malformed++;
  }

  /** The capture has ended: what waits for more packets is handed out as it is. */
  end(): void {
    this.#giveUp(Infinity);
  }

  /** The segment is counted; it is handed out unless it is of another share. */
  #handOut(segment: Segment): void {
    const share = this.#share;
    if (share === null || shareOfSegment(segment, share.of) === share.index) this.#sink(segment);
    else share.passOver(segment);
  }

  #count(outcome: number): void {
    const counters = this.#counters;
    switch (outcome) {
      case ICMP_ERROR:
        counters.icmp++;
        counters.tcp++;
        this.#handOut(this.frame.segment);
        break;
      case TCP_SEGMENT:
        counters.tcp++;
        if (!this.#flagsOnly || (this.frame.segment.flags & (SYN | FIN | RST)) !== 0) this.#handOut(this.frame.segment);
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
