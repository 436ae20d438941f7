import type { Segment } from "@hangup/packets";
import { RECENT_ENTRIES } from "./arena-layout.ts";
import { COPY_WINDOW_US } from "./limits.ts";

const MASK = RECENT_ENTRIES - 1;

/**
 * Remembers the packets of the last milliseconds. A packet alike in all but TTL is a copy where its IP-ID says so (it is not 0),
 * or where TTL or interface differ; two answers of a stack that sets no IP-ID are two packets.
 * One entry a hash value: a busier one takes the place, and then a copy passes for a retransmission.
 */
export class RecentPackets {
  /** Tag, time, TTL and interface; four words an entry. */
  readonly #entries: Int32Array;

  constructor(entries: Int32Array = new Int32Array(RECENT_ENTRIES * 4)) {
    this.#entries = entries;
  }

  /** `key` names the connection and the side. Remembers the packet when it is new. */
  isCopy(key: number, s: Segment): boolean {
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
    if (
      entries[at] === tag &&
      (time - entries[at + 1]) >>> 0 <= COPY_WINDOW_US &&
      (s.ipId > 0 || entries[at + 2] !== where)
    )
      return true;
    entries[at] = tag;
    entries[at + 1] = time;
    entries[at + 2] = where;
    return false;
  }
}
