import { ETHERNET, type Frame, IPV4, IPV6, UNSUPPORTED } from "../frame.ts";

const MAX_LABELS = 16;
/** IPv4, IPv6, ARP, VLANs, MPLS, PPPoE. */
const USUAL_TYPES: ReadonlySet<number> = new Set([
  0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x9100, 0x8847, 0x8863, 0x8864,
]);

/**
 * MPLS label stack (RFC 3032 2.1): label 20 bits · class 3 · bottom of stack 1 · TTL 8. What follows is not named: IP by its version
 * nibble, 0 for the control word of an Ethernet pseudowire (RFC 4385), anything else an Ethernet pseudowire without one.
 * Labels are one-way, so they are no part of the context.
 */
export function readMpls(frame: Frame): number {
  const { buffer } = frame;
  for (let count = 0; count < MAX_LABELS; count++) {
    const { at } = frame;
    if (at + 5 > frame.end) return frame.short(5);
    frame.at = at + 4;
    if ((buffer[at + 2] & 1) === 0) continue;
    switch (buffer[at + 4] >> 4) {
      case 4:
        return IPV4;
      case 6:
        return IPV6;
      case 0:
        return pseudowire(frame);
      default:
        return ETHERNET;
    }
  }
  return UNSUPPORTED;
}

/** A control word begins with a 0 nibble, and so do most hardware addresses: told by where an EtherType stands. */
function pseudowire(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 14 > frame.end) return frame.short(14);
  const type = (buffer[at + 12] << 8) | buffer[at + 13];
  if (!USUAL_TYPES.has(type)) frame.at = at + 4;
  return ETHERNET;
}
