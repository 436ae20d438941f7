import { ETHERTYPE, type Frame, IP, LLC, NOT_TCP, PPP } from "../frame.ts";

const ARPHRD_PPP = 512;
const ARPHRD_NETLINK = 824;
const ARPHRD_NONE = 0xfffe;

/** Linux cooked capture: packet type 2 · ARPHRD type 2 · address length 2 · address 8 · protocol 2. */
export function readSll(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 16 > frame.end) return frame.short(16);
  frame.at = at + 16;
  return cooked(frame, (buffer[at + 2] << 8) | buffer[at + 3], (buffer[at + 14] << 8) | buffer[at + 15]);
}

/** Version 2: protocol 2 · reserved 2 · interface index 4 · ARPHRD type 2 · packet type 1 · address length 1 · address 8. */
export function readSll2(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 20 > frame.end) return frame.short(20);
  frame.at = at + 20;
  // The only place that tells the interfaces of an "any" capture apart.
  frame.segment.interfaceId =
    ((buffer[at + 4] << 24) | (buffer[at + 5] << 16) | (buffer[at + 6] << 8) | buffer[at + 7]) >>> 0;
  return cooked(frame, (buffer[at + 8] << 8) | buffer[at + 9], (buffer[at] << 8) | buffer[at + 1]);
}

function cooked(frame: Frame, hardware: number, protocol: number): number {
  if (hardware === ARPHRD_NETLINK) return NOT_TCP;
  frame.protocol = protocol;
  // Below 0x600 the kernel's own numbers: 4 is a bare LLC frame.
  if (protocol > 1535) return ETHERTYPE;
  if (hardware === ARPHRD_PPP) return PPP;
  if (protocol === 0 && hardware === ARPHRD_NONE) return IP;
  return protocol === 4 ? LLC : NOT_TCP;
}
