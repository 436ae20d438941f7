import { Segment } from "./segment.ts";

/**
 * What comes next in a packet. A layer function reads its header, moves `frame.at` behind it and answers one of these: either
 * another layer or, from `TCP_SEGMENT` on, the outcome of the packet.
 */
export const ETHERNET = 1;
/** `frame.protocol` is an EtherType. */
export const ETHERTYPE = 2;
export const IPV4 = 3;
export const IPV6 = 4;
/** IPv4 or IPv6, told by the version nibble. */
export const IP = 5;
/** `frame.protocol` is an IP protocol number. */
export const IP_PROTOCOL = 6;
/** `frame.protocol` is a PPP protocol number. */
export const PPP_PROTOCOL = 7;
export const PPP = 8;
export const MPLS = 9;
export const LLC = 10;
export const IEEE80211 = 11;
export const NULL_LOOPBACK = 12;
export const SLL = 13;
export const SLL2 = 14;
export const RADIOTAP = 15;
export const PPPOE = 16;
export const CISCO_HDLC = 17;
export const NFLOG = 18;
export const PPI = 19;
export const LOOP = 20;
export const FDDI = 21;
/** A piece of a packet of `frame.protocol`, described by `frame.fragmentOffset` and `frame.moreFragments`. */
export const IP_FRAGMENT = 22;
export const PKTAP = 23;
export const JUNIPER_ETHERNET = 24;
export const ARCNET = 25;
export const PPP_WITH_DIRECTION = 26;

export const TCP_SEGMENT = 64;
export const ICMP_ERROR = 65;
export const NOT_TCP = 66;
export const TRUNCATED = 67;
export const MALFORMED = 68;
export const UNSUPPORTED = 69;
/** A piece of a fragmented packet, held until the others have come. */
export const FRAGMENT = 70;
export const BAD_CHECKSUM = 71;
/** No outcome yet: a piece of a TCP packet, to be put together with the others. */
export const TCP_FRAGMENT = 72;

/** No packet is longer: a jumbogram's buffer in Linux (BIG TCP) holds 512 KiB. */
const LONGEST = 1 << 19;

/** One packet on its way through the layers. A single instance per decoder, reused. */
export class Frame {
  readonly segment = new Segment();
  buffer: Uint8Array = this.segment.buffer;
  /** Offset of the next unread byte. */
  at = 0;
  /** Offset behind the last captured byte of the current layer. */
  end = 0;
  /** Offset behind the last byte that the current layer has on the wire; beyond `end` where the snapshot length cut. */
  wireEnd = 0;
  /** Number naming the next protocol, in the number space that the layer answered. */
  protocol = 0;
  /** Of a fragment: offset of its bytes in the whole packet, and whether others follow behind them. */
  fragmentOffset = 0;
  moreFragments = false;
  /** Leave `segment.context` at 0. */
  ignoreContext = false;
  verifyChecksums = false;

  /**
   * Adds an identifier of a separate address space (a VLAN, a VXLAN network …) to the context. Exact for one identifier of up
   * to 24 bits, a hash for stacks of them.
   */
  enter(kind: number, id: number): void {
    if (this.ignoreContext) return;
    const outer = this.segment.context;
    const name = (kind << 24) | id;
    this.segment.context =
      outer === 0 ? name : Math.imul(Math.imul(outer ^ (outer >>> 15), 0x2c1b3c6d) ^ name, 0x297a2d39) | 0;
  }

  /**
   * Adds the two ends of a tunnel, whichever of them sent this: the addresses that the segment holds now. For tunnels whose own
   * identifiers, if they have any, are of one direction.
   */
  enterTunnel(): void {
    const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = this.segment;
    this.enter(CONTEXT_TUNNEL, (addressName(src0, src1, src2, src3) + addressName(dst0, dst1, dst2, dst3)) & 0xffffff);
  }

  /** What follows is the beginning of something longer than its carrier: a quotation, or a first fragment. */
  goesOn(): void {
    this.wireEnd = this.at + LONGEST;
  }

  /** Outcome of a header that does not fit: cut by the snapshot length, or impossible since the layer itself ends before. */
  short(bytes: number): number {
    return this.at + bytes > this.wireEnd ? MALFORMED : TRUNCATED;
  }
}

function addressName(a: number, b: number, c: number, d: number): number {
  const name = Math.imul(Math.imul(Math.imul(a ^ 0x3c6ef372, 0x2c1b3c6d) ^ b, 0x297a2d39) ^ c, 0x2c1b3c6d) ^ d;
  return Math.imul(name ^ (name >>> 16), 0x297a2d39) >>> 8;
}

/** Kinds of address space in a context. */
export const CONTEXT_VLAN = 1;
export const CONTEXT_VXLAN = 2;
export const CONTEXT_GENEVE = 3;
export const CONTEXT_TUNNEL = 4;
export const CONTEXT_NVGRE = 5;
export const CONTEXT_BACKBONE = 6;
