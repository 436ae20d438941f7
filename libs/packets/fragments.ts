import { type Frame, FRAGMENT, IP_PROTOCOL, MALFORMED } from "./frame.ts";
import { Segment } from "./segment.ts";

/** Packets in pieces at a time; one more, and the oldest is given up. */
const MAX_PACKETS = 1024;
/** Separate ranges of one packet, that is holes between its pieces; with more it is given up. */
const MAX_RANGES = 32;
/** Bytes kept from the beginning of a packet: its TCP header and the payload that anyone looks at. */
const HEAD = 512;
/** Pieces come right behind each other; longer than this after the first, one was lost or never captured. */
const PATIENCE_US = 1_000_000;
const LARGEST = 65_535;

/** A packet of which some pieces have come. */
class Pieces {
  readonly head = new Uint8Array(HEAD);
  readonly #headKnown = new Uint8Array(HEAD);
  /** Ranges [from, to) that have come: sorted, apart from each other. */
  readonly #ranges: number[] = [];
  /** Length of the whole, -1 until the last piece has come. */
  total = -1;
  readonly firstUs: number;
  readonly protocol: number;
  /** Facts of the piece that the transport header is in; the addresses are those of all. */
  readonly first = new Segment();
  headerLength = 20;

  constructor(firstUs: number, protocol: number) {
    this.firstUs = firstUs;
    this.protocol = protocol;
  }

  /** False where there are too many holes. */
  add(buffer: Uint8Array, at: number, captured: number, offset: number, length: number): boolean {
    for (let index = 0; index < captured && offset + index < HEAD; index++) {
      // What came first stands: a later piece cannot rewrite it.
      if (this.#headKnown[offset + index] !== 0) continue;
      this.#headKnown[offset + index] = 1;
      this.head[offset + index] = buffer[at + index];
    }
    const ranges = this.#ranges;
    let from = offset;
    let to = offset + length;
    let index = 0;
    while (index < ranges.length && ranges[index + 1] < from) index += 2;
    let touched = index;
    for (; touched < ranges.length && ranges[touched] <= to; touched += 2) {
      from = Math.min(from, ranges[touched]);
      to = Math.max(to, ranges[touched + 1]);
    }
    ranges.splice(index, touched - index, from, to);
    return ranges.length <= 2 * MAX_RANGES;
  }

  /** Bytes from the beginning without a hole. */
  reach(): number {
    return this.#ranges[0] === 0 ? this.#ranges[1] : 0;
  }

  /** Captured bytes of the head without a hole. */
  known(): number {
    const hole = this.#headKnown.indexOf(0);
    return hole < 0 ? HEAD : hole;
  }
}

/** Puts fragmented packets together as far as TCP needs it (RFC 791 3.2, RFC 8200 4.5), in bounded memory. */
export class Fragments {
  readonly #packets = new Map<string, Pieces>();
  /** Packets of which pieces are missing. */
  pending = 0;

  /**
   * Takes the piece that `frame` stands at. Answers IP_PROTOCOL when it completes its packet: `frame` then stands at the
   * beginning of the whole. Else FRAGMENT, or MALFORMED.
   */
  take(frame: Frame): number {
    const { fragmentOffset: offset, segment } = frame;
    const length = frame.wireEnd - frame.at;
    const captured = Math.max(0, Math.min(frame.end, frame.wireEnd) - frame.at);
    if (length <= 0 || offset + length > LARGEST || (frame.moreFragments && length % 8 !== 0)) return MALFORMED;
    const key = keyOf(segment, frame.protocol);
    let pieces = this.#packets.get(key);
    if (pieces === undefined) {
      pieces = new Pieces(segment.timeUs, frame.protocol);
      this.#packets.set(key, pieces);
      this.pending = this.#packets.size;
    }
    if (offset === 0) {
      Object.assign(pieces.first, segment);
      pieces.headerLength = segment.ipLength - length;
    }
    const few = pieces.add(frame.buffer, frame.at, captured, offset, length);
    if (!frame.moreFragments) pieces.total = offset + length;
    if (pieces.total >= 0 && pieces.reach() >= pieces.total) {
      this.#forget(key);
      restore(frame, pieces, pieces.total);
      return IP_PROTOCOL;
    }
    if (few) return FRAGMENT;
    this.#forget(key);
    const reach = pieces.reach();
    if (reach === 0) return FRAGMENT;
    restore(frame, pieces, reach);
    return IP_PROTOCOL;
  }

  /**
   * The oldest packet that no longer waits at this time, or one too many: `frame` stands at what there is of it, and true is
   * answered. False when there is none. Infinity empties the table.
   */
  giveUp(frame: Frame, nowUs: number): boolean {
    for (const [key, pieces] of this.#packets) {
      // A clock that was set back must not make a piece wait for ever.
      const patient = Math.abs(nowUs - pieces.firstUs) <= PATIENCE_US;
      if (patient && this.#packets.size < MAX_PACKETS) return false;
      this.#forget(key);
      const reach = pieces.reach();
      if (reach === 0) continue;
      restore(frame, pieces, reach);
      return true;
    }
    return false;
  }

  #forget(key: string): void {
    this.#packets.delete(key);
    this.pending = this.#packets.size;
  }
}

function keyOf(segment: Segment, protocol: number): string {
  const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = segment;
  return `${src0},${src1},${src2},${src3},${dst0},${dst1},${dst2},${dst3},${segment.ipId},${protocol},${segment.context}`;
}

/** Sets `frame` to the transport header of `length` bytes that have been put together. */
function restore(frame: Frame, pieces: Pieces, length: number): void {
  const { segment } = frame;
  const { timeUs, packetIndex } = segment;
  Object.assign(segment, pieces.first);
  segment.timeUs = timeUs;
  segment.packetIndex = packetIndex;
  segment.ipLength = length + pieces.headerLength;
  frame.buffer = pieces.head;
  frame.at = 0;
  frame.end = Math.min(pieces.known(), length);
  frame.wireEnd = length;
  frame.protocol = pieces.protocol;
}
