import type { Segment } from "./segment.ts";

/** A part of the connections of a capture: of `of` parts that several decoders share among them, number `index`, from 0. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** A share that a decoder hands out. */
export interface ShareTaken extends Share {
  /** Gets each segment of the other shares: its `timeUs`, `flags` and `icmp` hold, nothing else does. */
  readonly passOver: (segment: Segment) => void;
}

/**
 * The part that a connection belongs to, by addresses and ports alone, whatever VLAN or tunnel its packets are met in.
 * @param addresses exclusive or of all words of both addresses: the same in either direction.
 * @param ports exclusive or of both ports.
 */
export function shareOf(addresses: number, ports: number, of: number): number {
  // High bits of the product: all bits of its factors have a say in them.
  const hash = Math.imul(addresses ^ (ports << 12), 0x9e3779b1) >>> 16;
  return (hash * of) >>> 16;
}

/** The same of a segment. */
export function shareOfSegment(s: Segment, of: number): number {
  // The first three words of an IPv4 address in its IPv6 form are the same in all.
  const addresses = s.src0 ^ s.src1 ^ s.src2 ^ s.src3 ^ s.dst0 ^ s.dst1 ^ s.dst2 ^ s.dst3;
  return shareOf(addresses, s.srcPort ^ s.dstPort, of);
}
