/** Copies come at once: the same packet on a second interface, or seen twice by a mirror port. */
const WINDOW_US = 5_000;
const ENTRIES = 1 << 12;
const MASK = ENTRIES - 1;
/**
 * Remembers the packets of the last milliseconds. A packet alike in all but TTL is a copy where its IP-ID says so (it is not 0),
 * or where TTL or interface differ; two answers of a stack that sets no IP-ID are two packets.
 * One entry a hash value: a busier one takes the place, and then a copy passes for a retransmission.
 */
export class RecentPackets {
  /** Tag, time, TTL and interface; four words an entry. */
  #entries = new Int32Array(ENTRIES * 4);
  /** `key` names the connection and the side. Remembers the packet when it is new. */
  isCopy(key, s) {
    // A sum of products: they do not wait for each other. What two packets share by chance, no packet shares with its neighbours.
    const tag =
      (Math.imul(s.seq | 0, 0x9e3779b1) +
        Math.imul(s.ack | 0, 0x85ebca6b) +
        Math.imul((s.payloadLength << 8) | s.flags, 0xc2b2ae35) +
        Math.imul((s.window << 16) | (s.ipId & 0xffff), 0x27d4eb2f) +
        Math.imul(key, 0x165667b1) +
        (s.hasTimestamp ? Math.imul(s.tsVal | 0, 0x9e3779b9) : 0)) |
      0;
    const at = ((tag ^ (tag >>> 15)) & MASK) * 4;
    const entries = this.#entries;
    const time = s.timeUs | 0;
    const where = (s.interfaceId << 8) | s.ttl;
    if (entries[at] === tag && (time - entries[at + 1]) >>> 0 <= WINDOW_US && (s.ipId > 0 || entries[at + 2] !== where))
      return true;
    entries[at] = tag;
    entries[at + 1] = time;
    entries[at + 2] = where;
    return false;
  }
}
//# sourceMappingURL=recent-packets.js.map
