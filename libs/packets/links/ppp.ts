import {
  ETHERTYPE,
  type Frame,
  IPV4,
  IPV6,
  MALFORMED,
  MPLS,
  NOT_TCP,
  PPP,
  PPP_PROTOCOL,
  UNSUPPORTED,
} from "../frame.ts";

const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPP_MPLS = 0x0281;
const PPP_MPLS_MULTICAST = 0x0283;

/** PPP in HDLC-like framing (RFC 1662), address and control FF 03 perhaps left out. */
export function readPpp(frame: Frame): number {
  const { buffer } = frame;
  if (frame.at + 2 > frame.end) return frame.short(2);
  const first = buffer[frame.at];
  // Cisco HDLC on a link that says PPP: 0F or 8F, then 00 and an EtherType.
  if ((first === 0x0f || first === 0x8f) && buffer[frame.at + 1] === 0) return readCiscoHdlc(frame);
  if (first === 0xff && buffer[frame.at + 1] === 3) frame.at += 2;
  return protocolField(frame);
}

/** LINKTYPE_PPP_WITH_DIR: direction 1 · PPP. */
export function readPppWithDirection(frame: Frame): number {
  if (frame.at + 1 > frame.end) return frame.short(1);
  frame.at++;
  return PPP;
}

/** PPPoE session (RFC 2516 4): version, type · code · session 2 · length 2, then PPP from its protocol on. */
export function readPppoe(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return frame.short(8);
  if (buffer[at] !== 0x11) return UNSUPPORTED;
  if (buffer[at + 1] !== 0) return NOT_TCP;
  const wireEnd = at + 6 + ((buffer[at + 4] << 8) | buffer[at + 5]);
  if (wireEnd < at + 8) return MALFORMED;
  frame.wireEnd = Math.min(frame.wireEnd, wireEnd);
  frame.end = Math.min(frame.end, wireEnd);
  frame.at = at + 6;
  return protocolField(frame);
}

/** PPP's protocol of two bytes, or one where that is odd (RFC 1661 6.5). */
function protocolField(frame: Frame): number {
  const { buffer, at } = frame;
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
