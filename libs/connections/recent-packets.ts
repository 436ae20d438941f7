import { RST, type Segment } from "@hangup/packets";
import { RECENT_ENTRIES } from "./arena-layout.ts";
import * as L from "./layout.ts";
import { COPY_WINDOW_US, MOST_COPIES } from "./limits.ts";

const MASK = RECENT_ENTRIES - 1;

/**
 * Remembers the packets of the last milliseconds. A packet alike in all but TTL is a copy where its IP-ID says so (it is not 0),
 * or where TTL or interface differ. Without IP-ID two answers of a stack can be alike: there a packet is a copy where those before
 * it in its connection had copies, too, as a mirror port makes them.
 * One entry a hash value: a busier one takes the place, and then a copy passes for a retransmission.
 */
export class RecentPackets {
  /** Tag, time, TTL and interface, and of a packet without IP-ID its window; four words an entry. */
  readonly #entries: Int32Array;

  constructor(entries: Int32Array = new Int32Array(RECENT_ENTRIES * 4)) {
    this.#entries = entries;
  }

  /** As `isCopy`, of the connection whose record stands at `b`. */
  isCopyIn(w: Int32Array, b: number, key: number, s: Segment): boolean {
    const packets = w[b + L.SIDE + L.PACKETS] + w[b + L.SIDE + L.SIDE_WORDS + L.PACKETS];
    return this.isCopy(key, s, packets, w[b + L.COPIES] >>> L.COPIES_SHIFT);
  }

  /**
   * Remembers the packet when it is new. `key` names the connection and the side; `packets` and `copies` of the connection were captured
   * before (of copies `MOST_COPIES` stand for all more).
   */
  isCopy(key: number, s: Segment, packets: number, copies: number): boolean {
    // A sum of products: they do not wait for each other. The IP-ID tells apart what is alike in all numbers.
    const tag =
      (Math.imul(s.seq ^ (s.ipId << 16), 0x9e3779b1) +
        Math.imul(s.ack | 0, 0x85ebca6b) +
        Math.imul(((s.payloadLength << 8) | s.flags) ^ (key << 3), 0xc2b2ae35)) |
      0;
    const at = ((tag ^ (tag >>> 15)) & MASK) * 4;
    const entries = this.#entries;
    const time = s.timeUs | 0;
    const where = (s.interfaceId << 8) | s.ttl;
    if (entries[at] === tag && (time - entries[at + 1]) >>> 0 <= COPY_WINDOW_US) {
      const told = s.ipId > 0 || entries[at + 2] !== where;
      if (told || (entries[at + 3] === s.window && isMirrored(s.flags, packets, copies))) return true;
    }
    entries[at] = tag;
    entries[at + 1] = time;
    entries[at + 2] = where;
    if (s.ipId <= 0) entries[at + 3] = s.window;
    return false;
  }
}

/** Had all packets of the connection copies so far, but for the last one? A first packet may itself be the first copy, unless it is a RST. */
function isMirrored(flags: number, packets: number, copies: number): boolean {
  return copies >= Math.min(MOST_COPIES, packets - 1) && ((flags & RST) === 0 || copies > 0);
}
