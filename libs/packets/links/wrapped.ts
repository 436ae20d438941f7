import { ETHERNET, type Frame, IP, IPV4, LLC, NOT_TCP, TRUNCATED, UNSUPPORTED } from "../frame.ts";
import { layerOfLinkType } from "./link-types.ts";

/** PPI: version 1 · flags 1 · length 2 · link type 4, all little-endian. */
export function readPpi(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return frame.short(8);
  return wrapped(frame, buffer[at + 2] | (buffer[at + 3] << 8), buffer[at + 4] | (buffer[at + 5] << 8));
}

/** Apple's PKTAP: length 4 · type 4 · link type 4, all little-endian, and more. */
export function readPktap(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 12 > frame.end) return frame.short(12);
  return wrapped(frame, buffer[at] | (buffer[at + 1] << 8), buffer[at + 8] | (buffer[at + 9] << 8));
}

function wrapped(frame: Frame, length: number, linkType: number): number {
  if (length < 8) return UNSUPPORTED;
  if (frame.at + length > frame.end) return frame.short(length);
  frame.at += length;
  const layer = layerOfLinkType(linkType);
  return layer === 0 ? UNSUPPORTED : layer;
}

const NFLOG_PAYLOAD = 9;

/** netfilter log: family 1 · version 1 · resource 2, then attributes of length 2, type 2 (host order: little-endian in practice), padded to 4. */
export function readNflog(frame: Frame): number {
  const { buffer } = frame;
  if (frame.at + 4 > frame.end) return frame.short(4);
  for (let at = frame.at + 4; at + 4 <= frame.end;) {
    const length = buffer[at] | (buffer[at + 1] << 8);
    if (length < 4) return UNSUPPORTED;
    if ((buffer[at + 2] | (buffer[at + 3] << 8)) === NFLOG_PAYLOAD) {
      frame.at = at + 4;
      frame.wireEnd = Math.min(frame.wireEnd, at + length);
      frame.end = Math.min(frame.end, frame.wireEnd);
      return IP;
    }
    at += (length + 3) & ~3;
  }
  return frame.end < frame.wireEnd ? TRUNCATED : NOT_TCP;
}

/** FDDI: frame control 1 · destination 6 · source 6, then LLC; control 5x carries data. */
export function readFddi(frame: Frame): number {
  if (frame.at + 13 > frame.end) return frame.short(13);
  if ((frame.buffer[frame.at] & 0xf0) !== 0x50) return NOT_TCP;
  frame.at += 13;
  return LLC;
}

const JUNIPER_NO_LINK_HEADER = 0x02;
const JUNIPER_EXTENSIONS = 0x80;

/** Juniper's Ethernet: "MGC" · flags 1 · length 2 and extensions on a flag, then an Ethernet frame or, on another, IP. */
export function readJuniperEthernet(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 6 > frame.end) return frame.short(6);
  if (buffer[at] !== 0x4d || buffer[at + 1] !== 0x47 || buffer[at + 2] !== 0x43) return UNSUPPORTED;
  const flags = buffer[at + 3];
  const length = (flags & JUNIPER_EXTENSIONS) === 0 ? 4 : 6 + ((buffer[at + 4] << 8) | buffer[at + 5]);
  if (at + length > frame.end) return frame.short(length);
  frame.at = at + length;
  return (flags & JUNIPER_NO_LINK_HEADER) === 0 ? ETHERNET : IP;
}

const ARCNET_IP = 0xd4;
const ARCNET_EXCEPTION = 0xff;

/** ARCNET as Linux captures it (RFC 1201): source 1 · destination 1 · offset 2 · type 1 · split flag 1 · sequence 2; 4 more on an exception. */
export function readArcnet(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return frame.short(8);
  if (buffer[at + 4] !== ARCNET_IP) return NOT_TCP;
  const length = buffer[at + 5] === ARCNET_EXCEPTION ? 12 : 8;
  if (at + length > frame.end) return frame.short(length);
  // Odd flags are first of several pieces, even ones but 0 the later: only whole packets are read.
  if (length === 8 && buffer[at + 5] !== 0) return UNSUPPORTED;
  frame.at = at + length;
  return IPV4;
}
