import type { Segment } from "./segment.ts";
import { clearTcpOptions, readTcpOptions } from "./tcp-options.ts";

const ETHERNET = 14;
const IPV4 = 20;
const HEADERS = ETHERNET + IPV4 + 20;
const TCP = 6;
/** NOP, NOP, timestamps of length 10: how almost every segment of a connection begins its options. */
const USUAL_TIMESTAMPS = 0x0101080a;

/**
 * The short way for what nearly all packets are: Ethernet, IPv4 without options or fragments, TCP, all headers captured. Says the same
 * as the general way through the layers, in half the time; answers false and changes nothing where anything is unusual.
 * `view` is of the whole of `buffer`: it reads words faster than four bytes are put together.
 */
export function readPlainTcp(
  segment: Segment,
  buffer: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
): boolean {
  if (at + HEADERS > end) return false;
  const ip = at + ETHERNET;
  // EtherType 0x0800, version 4, header of five words, no more-fragments bit and no offset, protocol TCP.
  if (buffer[at + 12] !== 8 || buffer[at + 13] !== 0 || buffer[ip] !== 0x45) return false;
  if (buffer[ip + 9] !== TCP || ((buffer[ip + 6] & 0x3f) | buffer[ip + 7]) !== 0) return false;
  const totalLength = view.getUint16(ip + 2);
  const tcp = ip + IPV4;
  const headerLength = (buffer[tcp + 12] >> 4) << 2;
  const payloadLength = totalLength - IPV4 - headerLength;
  if (payloadLength < 0 || headerLength < 20 || ip + totalLength > wireEnd) return false;
  const payload = tcp + headerLength;
  if (payload > end) return false;

  if (segment.family !== 4) setFamily(segment);
  segment.tos = buffer[ip + 1];
  segment.ipLength = totalLength;
  segment.ipId = view.getUint16(ip + 4);
  segment.dontFragment = (buffer[ip + 6] & 0x40) !== 0;
  segment.ttl = buffer[ip + 8];
  segment.src3 = view.getInt32(ip + 12);
  segment.dst3 = view.getInt32(ip + 16);
  segment.srcPort = view.getUint16(tcp);
  segment.dstPort = view.getUint16(tcp + 2);
  segment.seq = view.getUint32(tcp + 4);
  segment.ack = view.getUint32(tcp + 8);
  segment.flags = buffer[tcp + 13];
  segment.window = view.getUint16(tcp + 14);
  segment.tcpHeaderLength = headerLength;
  segment.payloadLength = payloadLength;
  segment.buffer = buffer;
  segment.payloadOffset = payload;
  const captured = end - payload;
  segment.payloadCaptured = captured < payloadLength ? captured : payloadLength;

  clearTcpOptions(segment);
  if (headerLength === 20) return true;
  segment.hasOptions = true;
  const at20 = tcp + 20;
  const word = view.getInt32(at20);
  if (headerLength === 32 && word === USUAL_TIMESTAMPS) {
    segment.hasTimestamp = true;
    segment.tsVal = view.getUint32(tcp + 24);
    segment.tsEcr = view.getUint32(tcp + 28);
  } else {
    readTcpOptions(segment, buffer, at20, payload);
  }
  return true;
}

function setFamily(segment: Segment): void {
  segment.family = 4;
  segment.src0 = 0;
  segment.src1 = 0;
  segment.src2 = 0xffff;
  segment.dst0 = 0;
  segment.dst1 = 0;
  segment.dst2 = 0xffff;
}
