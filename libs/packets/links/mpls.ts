import { ETHERNET, type Frame, IPV4, IPV6, UNSUPPORTED } from "../frame.ts";

const MAX_LABELS = 16;

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
        frame.at = at + 8;
        return ETHERNET;
      default:
        return ETHERNET;
    }
  }
  return UNSUPPORTED;
}
