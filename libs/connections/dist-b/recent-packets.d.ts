import type { Segment } from "@hangup/packets";
/**
 * Remembers the packets of the last milliseconds. A packet alike in all but TTL is a copy where its IP-ID says so (it is not 0),
 * or where TTL or interface differ; two answers of a stack that sets no IP-ID are two packets.
 * One entry a hash value: a busier one takes the place, and then a copy passes for a retransmission.
 */
export declare class RecentPackets {
  #private;
  /** `key` names the connection and the side. Remembers the packet when it is new. */
  isCopy(key: number, s: Segment): boolean;
}
