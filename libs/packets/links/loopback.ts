import { type Frame, IPV4, IPV6, NOT_TCP, UNSUPPORTED } from "../frame.ts";

const FAMILY_IPV4 = 2;
/** AF_INET6 is 24, 28 or 30 in the BSDs and macOS, 10 in Linux, 23 in Windows. */
const isIpv6Family = (value: number): boolean =>
  value === 24 || value === 28 || value === 30 || value === 10 || value === 23;

/** BSD null: the protocol family, 4 bytes in the byte order of the host that captured; told by which half is 0. */
export function readNull(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 4 > frame.end) return frame.short(4);
  const little = buffer[at] | (buffer[at + 1] << 8);
  const big = (buffer[at + 2] << 8) | buffer[at + 3];
  frame.at = at + 4;
  if (little !== 0 && big !== 0) return UNSUPPORTED;
  return family(little === 0 ? big : little);
}

/** OpenBSD loop and enc families: as null, in network byte order. */
export function readLoop(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 4 > frame.end) return frame.short(4);
  frame.at = at + 4;
  return family((buffer[at + 2] << 8) | buffer[at + 3]);
}

function family(value: number): number {
  return value === FAMILY_IPV4 ? IPV4 : isIpv6Family(value) ? IPV6 : NOT_TCP;
}
