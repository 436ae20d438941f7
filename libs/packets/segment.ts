/** TCP flag bits as they stand in byte 13 of the header (RFC 9293 3.1, RFC 3168). */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;
export const ECE = 64;
export const CWR = 128;

const EMPTY = new Uint8Array(0);

/**
 * One TCP segment (or one ICMP error that quotes a TCP segment), as a decoder hands it out.
 *
 * There is a single instance per decoder and it is overwritten by the next packet: copy what you keep. Every field is a
 * number or a boolean that is set for every segment, so a reader never sees a value of an earlier packet.
 */
export class Segment {
  /** Capture time, microseconds since 1970 UTC; the fraction holds nanoseconds where the capture has them (about 0.25 µs steps). */
  timeUs = 0.5;
  /** Number of the packet in the capture, from 1, counting every record and not only TCP. */
  packetIndex = 0;
  /** Interface of the capture: counted over all sections in pcapng, the kernel's index in cooked captures of version 2, else 0. */
  interfaceId = 0;
  /** 4 or 6. */
  family = 4;
  /** 0, or a number naming the stack of VLANs and tunnels around the packet: equal stacks have equal numbers. */
  context = 0;

  /** Source address as four signed 32-bit words, first word first; IPv4 is mapped: 0, 0, 0xffff, a.b.c.d (RFC 4291 2.5.5.2). */
  src0 = 0;
  src1 = 0;
  src2 = 0xffff;
  src3 = 0;
  /** Destination address, as the source. */
  dst0 = 0;
  dst1 = 0;
  dst2 = 0xffff;
  dst3 = 0;
  srcPort = 0;
  dstPort = 0;

  /** Sequence and acknowledgment number, 0 to 2^32-1. */
  seq = 0xffffffff;
  ack = 0xffffffff;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  flags = 0;
  /** The window field as sent, unscaled. */
  window = 0;
  /** Bytes of payload on the wire, from the IP length (not from what was captured). */
  payloadLength = 0;
  /** Bytes of TCP header including options, as the header says. */
  tcpHeaderLength = 0;
  /** Bytes of the whole IP packet, header included; put together where it came in pieces. */
  ipLength = 0;
  /** TTL or hop limit. */
  ttl = 0;
  /** IPv4 identification, or that of an IPv6 fragment header; -1 where there is none. */
  ipId = -1;
  /** Type of service or traffic class byte, DSCP and ECN. */
  tos = 0;
  /** The don't-fragment bit of IPv4; false on IPv6. */
  dontFragment = false;

  /** True when the segment carries any option byte. */
  hasOptions = false;
  /** Timestamps option (RFC 7323): its two values, 0 to 2^32-1, are meaningful only where `hasTimestamp`. */
  hasTimestamp = false;
  tsVal = 0xffffffff;
  tsEcr = 0xffffffff;
  /** There are options besides timestamps: those below, or others. */
  hasRareOptions = false;
  /** Shift of the window scale option, -1 where absent. */
  windowScale = -1;
  /** Maximum segment size option, -1 where absent. */
  mss = -1;
  sackPermitted = false;
  /** Reason of an MPTCP MP_TCPRST or 0 of an MP_FASTCLOSE option (RFC 8684 3.6, 3.5), -1 where neither is present. */
  mptcpResetReason = -1;
  /** A TCP Fast Open option with or without a cookie (RFC 7413). */
  fastOpen = false;

  /** The bytes that the payload stands in: valid only while the segment is being handed out. */
  buffer: Uint8Array = EMPTY;
  payloadOffset = 0;
  /** Bytes of payload present in `buffer` from `payloadOffset`; less than `payloadLength` where the snapshot length cut. */
  payloadCaptured = 0;

  /**
   * 0 for a TCP segment. Else ICMP type << 8 | code of an error whose quoted packet fills all other fields: the tuple is that
   * of the quoted segment, so its source is the host that the error was sent to. Only ports and seq are certain to be quoted;
   * the other TCP fields are 0 where the quotation ended before them. ICMPv6 where `family` is 6.
   */
  icmp = 0;
}
