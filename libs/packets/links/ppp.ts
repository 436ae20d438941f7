import { ETHERTYPE, type Frame, IPV4, IPV6, MPLS, NOT_TCP, PPP_PROTOCOL } from "../frame.ts";

const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPP_MPLS = 0x0281;
const PPP_MPLS_MULTICAST = 0x0283;

/** PPP in HDLC-like framing (RFC 1662), address and control FF 03 perhaps left out, the protocol perhaps one odd byte (RFC 1661 6.5). */
export function readPpp(frame: Frame): number {
  const { buffer } = frame;
  if (frame.at + 2 > frame.end) return frame.short(2);
  const first = buffer[frame.at];
  // Cisco HDLC on a link that says PPP: 0F or 8F, then 00 and an EtherType.
  if ((first === 0x0f || first === 0x8f) && buffer[frame.at + 1] === 0) return readCiscoHdlc(frame);
  if (first === 0xff && buffer[frame.at + 1] === 3) frame.at += 2;
  const { at } = frame;
  if (at + 2 > frame.end) return frame.short(2);
  if ((buffer[at] & 1) === 1) {
    frame.protocol = buffer[at];
    frame.at = at + 1;
  } else {
    frame.protocol = (buffer[at] << 8) | buffer[at + 1];
    frame.at = at + 2;
  }
  return PPP_PROTOCOL;
}

/** What follows a PPP protocol number. */
export function readPppProtocol(frame: Frame): number {
  switch (frame.protocol) {
    case PPP_IPV4:
      return IPV4;
    case PPP_IPV6:
      return IPV6;
    case PPP_MPLS:
    case PPP_MPLS_MULTICAST:
      return MPLS;
    default:
      return NOT_TCP;
  }
}

/** Cisco HDLC: address 1 · control 1 · EtherType 2. */
export function readCiscoHdlc(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 4 > frame.end) return frame.short(4);
  frame.protocol = (buffer[at + 2] << 8) | buffer[at + 3];
  frame.at = at + 4;
  return ETHERTYPE;
}
