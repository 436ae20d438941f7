import { type Frame, ICMP_ERROR, IP_FRAGMENT, IP_PROTOCOL, NOT_TCP } from "./frame.ts";
import { readIpv4, readIpv6 } from "./ip.ts";
import { readQuotedTcp } from "./tcp.ts";

const TCP = 6;
/** Destination unreachable, source quench, time exceeded, parameter problem (RFC 792): errors quote the packet that they are about. */
const isIcmpError = (type: number): boolean => type === 3 || type === 4 || type === 11 || type === 12;
/** Destination unreachable, packet too big, time exceeded, parameter problem (RFC 4443 2.1). */
const isIcmpv6Error = (type: number): boolean => type >= 1 && type <= 4;

/** ICMP or ICMPv6: type 1 · code 1 · checksum 2 · rest 4, then in errors the head of the packet in question. */
export function readIcmp(frame: Frame, version: 4 | 6): number {
  const { buffer, at, segment } = frame;
  if (at + 8 > frame.end) return frame.short(8);
  const type = buffer[at];
  if (version === 4 ? !isIcmpError(type) : !isIcmpv6Error(type)) return NOT_TCP;
  const icmp = (type << 8) | buffer[at + 1];
  frame.at = at + 8;
  frame.goesOn();
  const { verifyChecksums } = frame;
  // Routers quote headers that they have changed.
  frame.verifyChecksums = false;
  const next = version === 4 ? readIpv4(frame) : readIpv6(frame);
  const first = next === IP_PROTOCOL || (next === IP_FRAGMENT && frame.fragmentOffset === 0);
  // A quotation that cannot be read is no fault of the capture, and one of a later fragment names no ports.
  const quoted = first && frame.protocol === TCP && readQuotedTcp(frame);
  frame.verifyChecksums = verifyChecksums;
  if (!quoted) return NOT_TCP;
  segment.icmp = icmp;
  return ICMP_ERROR;
}
