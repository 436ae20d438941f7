import { headerChecksumFits } from "./checksum.ts";
import { BAD_CHECKSUM, type Frame, IP_FRAGMENT, IP_PROTOCOL, IPV4, IPV6, MALFORMED, UNSUPPORTED } from "./frame.ts";

/** IPv4 or IPv6, told by the version nibble (raw IP, most tunnels). */
export function readIp(frame: Frame): number {
  if (frame.at >= frame.end) return frame.short(1);
  const version = frame.buffer[frame.at] >> 4;
  return version === 4 ? IPV4 : version === 6 ? IPV6 : MALFORMED;
}

/**
 * IPv4 header (RFC 791 3.1).
 *   0 version, IHL · 1 TOS · 2 total length · 4 id · 6 flags, fragment offset · 8 TTL · 9 protocol · 10 checksum · 12 source · 16 destination
 */
export function readIpv4(frame: Frame): number {
  const { buffer, at, segment } = frame;
  if (at + 20 > frame.end) return frame.short(20);
  const first = buffer[at];
  const headerLength = (first & 15) << 2;
  // Some links and tools name one and carry the other.
  if (first >> 4 === 6) return IPV6;
  if (first >> 4 !== 4 || headerLength < 20) return MALFORMED;
  let totalLength = (buffer[at + 2] << 8) | buffer[at + 3];
  const room = frame.wireEnd - at;
  // 0: segmentation offload, a frame that the card cuts later, longer than the field can say. And a damaged length cannot put
  // more bytes on the wire than the frame has.
  if (totalLength === 0 || totalLength > room) totalLength = room;
  if (totalLength < headerLength) return MALFORMED;

  segment.family = 4;
  segment.tos = buffer[at + 1];
  segment.ipLength = totalLength;
  segment.ipId = (buffer[at + 4] << 8) | buffer[at + 5];
  segment.ttl = buffer[at + 8];
  segment.src0 = 0;
  segment.src1 = 0;
  segment.src2 = 0xffff;
  segment.src3 = (buffer[at + 12] << 24) | (buffer[at + 13] << 16) | (buffer[at + 14] << 8) | buffer[at + 15];
  segment.dst0 = 0;
  segment.dst1 = 0;
  segment.dst2 = 0xffff;
  segment.dst3 = (buffer[at + 16] << 24) | (buffer[at + 17] << 16) | (buffer[at + 18] << 8) | buffer[at + 19];

  // Behind the datagram only padding or a frame check sequence can follow.
  const wireEnd = at + totalLength;
  frame.wireEnd = wireEnd;
  if (frame.end > wireEnd) frame.end = wireEnd;
  frame.at = at + headerLength;
  if (frame.at > frame.end) return frame.short(0);
  frame.protocol = buffer[at + 9];

  const fragment = (buffer[at + 6] << 8) | buffer[at + 7];
  segment.dontFragment = (fragment & 0x4000) !== 0;
  if (frame.verifyChecksums && !headerChecksumFits(buffer, at, at + headerLength)) return BAD_CHECKSUM;
  if ((fragment & 0x3fff) !== 0) {
    frame.fragmentOffset = (fragment & 0x1fff) << 3;
    frame.moreFragments = (fragment & 0x2000) !== 0;
    return IP_FRAGMENT;
  }
  return IP_PROTOCOL;
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT_HEADER = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;
/** More than any real chain (RFC 8200 4.1 names seven); bounds the work a hostile packet can cause. */
const MAX_EXTENSION_HEADERS = 16;

/**
 * IPv6 header and its extension headers (RFC 8200 3, 4).
 *   0 version, traffic class, flow label · 4 payload length · 6 next header · 7 hop limit · 8 source · 24 destination
 */
export function readIpv6(frame: Frame): number {
  const { buffer, at, segment } = frame;
  if (at + 40 > frame.end) return frame.short(40);
  if (buffer[at] >> 4 !== 6) return MALFORMED;
  let payloadLength = (buffer[at + 4] << 8) | buffer[at + 5];
  const room = Math.max(0, frame.wireEnd - at - 40);
  // 0: a jumbogram (RFC 2675) or a frame of segmentation offload. And no more bytes than the frame has.
  if (payloadLength === 0 || payloadLength > room) payloadLength = room;

  segment.family = 6;
  segment.tos = ((buffer[at] & 15) << 4) | (buffer[at + 1] >> 4);
  segment.ipLength = 40 + payloadLength;
  segment.ipId = -1;
  segment.dontFragment = false;
  segment.ttl = buffer[at + 7];
  segment.src0 = word(buffer, at + 8);
  segment.src1 = word(buffer, at + 12);
  segment.src2 = word(buffer, at + 16);
  segment.src3 = word(buffer, at + 20);
  segment.dst0 = word(buffer, at + 24);
  segment.dst1 = word(buffer, at + 28);
  segment.dst2 = word(buffer, at + 32);
  segment.dst3 = word(buffer, at + 36);

  const wireEnd = at + 40 + payloadLength;
  frame.wireEnd = wireEnd;
  if (frame.end > wireEnd) frame.end = wireEnd;
  frame.at = at + 40;
  frame.protocol = buffer[at + 6];
  return frame.protocol === 6 ? IP_PROTOCOL : readExtensionHeaders(frame);
}

/** Does a header come that stands between IP and the upper layer? IPv4 has but one such. */
export function isExtension({ protocol, segment }: Frame): boolean {
  switch (protocol) {
    case AUTHENTICATION:
      return true;
    case HOP_BY_HOP:
    case ROUTING:
    case DESTINATION:
    case MOBILITY:
    case HOST_IDENTITY:
    case SHIM6:
      return segment.family === 6;
    default:
      return false;
  }
}

/** Walks from `frame.protocol` at `frame.at` to the upper-layer header. */
export function readExtensionHeaders(frame: Frame): number {
  const { buffer, segment } = frame;
  for (let count = 0; count < MAX_EXTENSION_HEADERS; count++) {
    const { at } = frame;
    let length: number;
    switch (frame.protocol) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION:
      case MOBILITY:
      case HOST_IDENTITY:
      case SHIM6:
        if (at + 8 > frame.end) return frame.short(8);
        length = (buffer[at + 1] + 1) << 3;
        break;
      case AUTHENTICATION:
        if (at + 8 > frame.end) return frame.short(8);
        length = (buffer[at + 1] + 2) << 2;
        break;
      case FRAGMENT_HEADER: {
        if (at + 8 > frame.end) return frame.short(8);
        const offset = (buffer[at + 2] << 8) | buffer[at + 3];
        segment.ipId = word(buffer, at + 4) >>> 0;
        frame.protocol = buffer[at];
        frame.at = at + 8;
        // Offset 0 and no more: an atomic fragment (RFC 6946), a whole packet.
        if ((offset & 0xfff9) === 0) continue;
        frame.fragmentOffset = offset & 0xfff8;
        frame.moreFragments = (offset & 1) !== 0;
        return IP_FRAGMENT;
      }
      default:
        return IP_PROTOCOL;
    }
    if (at + length > frame.end) return frame.short(length);
    frame.protocol = buffer[at];
    frame.at = at + length;
  }
  return UNSUPPORTED;
}

function word(buffer: Uint8Array, at: number): number {
  return (buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3];
}
