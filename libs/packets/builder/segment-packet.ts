import type { Segment } from "../segment.ts";
import { packet, type PacketBuilder } from "./packet.ts";
import { PcapBuilder, type PcapOptions } from "./pcap.ts";

/**
 * The packet that a decoder would read this segment from, in Ethernet, with a VLAN tag where its context is not 0. An ICMP error
 * comes from the quoted packet's destination. Payload that the segment does not hold is zero bytes.
 */
export function segmentPacket(s: Segment): PacketBuilder {
  const src = addressText(s.family, s.src0, s.src1, s.src2, s.src3);
  const dst = addressText(s.family, s.dst0, s.dst1, s.dst2, s.dst3);
  const { srcPort, dstPort, seq, ack, flags, window, sackPermitted } = s;
  const tcp = packet().tcp({
    srcPort,
    dstPort,
    seq,
    ack,
    flags,
    window,
    payload: payloadOf(s),
    sackPermitted,
    ...(s.mss < 0 ? {} : { mss: s.mss }),
    ...(s.windowScale < 0 ? {} : { windowScale: s.windowScale }),
    ...(s.hasTimestamp ? { timestamps: { value: s.tsVal, echo: s.tsEcr } } : {}),
  });
  const id = Math.max(0, s.ipId);
  const sent = s.family === 6 ? tcp.ipv6({ src, dst, hopLimit: s.ttl }) : tcp.ipv4({ src, dst, ttl: s.ttl, id });
  const ip = s.icmp === 0 ? sent : quotation(sent, s, dst, src);
  return s.context === 0 ? ip.ethernet() : ip.vlan(s.context & 0xfff).ethernet();
}

/** The segments as a pcap. */
export function segmentCapture(segments: readonly Segment[], options: PcapOptions = {}): Uint8Array {
  const pcap = new PcapBuilder(options);
  for (const segment of segments) pcap.add(segment.timeUs, segmentPacket(segment));
  return pcap.bytes();
}

function payloadOf({ buffer, payloadOffset, payloadCaptured, payloadLength }: Segment): Uint8Array {
  const payload = new Uint8Array(payloadLength);
  payload.set(buffer.subarray(payloadOffset, payloadOffset + payloadCaptured));
  return payload;
}

function quotation(sent: PacketBuilder, { icmp, family }: Segment, src: string, dst: string): PacketBuilder {
  return family === 6
    ? sent.icmpv6Error(icmp >>> 8, icmp & 255).ipv6({ src, dst })
    : sent.icmpError(icmp >>> 8, icmp & 255).ipv4({ src, dst });
}

function addressText(family: number, ...words: readonly number[]): string {
  if (family === 4) return [24, 16, 8, 0].map((shift) => (words[3] >>> shift) & 255).join(".");
  return words.flatMap((word) => [(word >>> 16).toString(16), (word & 0xffff).toString(16)]).join(":");
}
