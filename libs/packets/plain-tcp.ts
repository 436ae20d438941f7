import { FIN, RST, type Segment, SYN } from "./segment.ts";
import { type Share, shareOf } from "./share.ts";
import { clearTcpOptions, readTcpOptions } from "./tcp-options.ts";

const ETHERNET = 14;
const IPV4 = 20;
const HEADERS = ETHERNET + IPV4 + 20;
/** The second of four bytes. */
const TCP = 6 << 16;
/** EtherType 0x0800, version 4, a header of five words. */
const IPV4_WITHOUT_OPTIONS = 0x080045;
/** In the word that the data offset begins. */
const CLOSING_FLAGS = (SYN | FIN | RST) << 16;

export const NOT_PLAIN = 0;
export const READ = 1;
export const PASSED_OVER = 2;
export const OF_OTHERS = 3;
/** NOP, NOP, timestamps of length 10: how almost every segment of a connection begins its options. */
const USUAL_TIMESTAMPS = 0x0101080a;

/**
 * The short way for what nearly all packets are: Ethernet, IPv4 without options or fragments, TCP, all headers captured. Says the same
 * as the general way through the layers, in a fraction of the instructions; answers NOT_PLAIN and changes nothing where anything is unusual. With
 * `flagsOnly` what has none of SYN, FIN and RST is read no further: PASSED_OVER. Of what belongs to another share only the flags are: OF_OTHERS.
 * `view` is of the whole of `buffer`. Fields are read by words of four bytes and offsets are wrapped to 32 bits: both spare checks.
 */
export function readPlainTcp(
  segment: Segment,
  buffer: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
  flagsOnly: boolean,
  share: Share | null,
): number {
  if (((at + HEADERS) | 0) > end) return NOT_PLAIN;
  // EtherType · version, header length · TOS
  const start = view.getInt32((at + 12) | 0);
  // identification · flags, fragment offset
  const fragment = view.getInt32((at + 18) | 0);
  // TTL · protocol · checksum
  const life = view.getInt32((at + 22) | 0);
  if (start >>> 8 !== IPV4_WITHOUT_OPTIONS || (fragment & 0x3fff) !== 0 || (life & 0xff0000) !== TCP) return NOT_PLAIN;
  const ipLength = view.getUint16((at + 16) | 0);
  // data offset << 12, flags · window
  const offset = view.getInt32((at + 46) | 0);
  const headerLength = (offset >>> 26) & 0x3c;
  const payloadLength = (ipLength - IPV4 - headerLength) | 0;
  const payload = (at + ETHERNET + IPV4 + headerLength) | 0;
  if (payloadLength < 0 || headerLength < 20 || payload > end || ((payload + payloadLength) | 0) > wireEnd)
    return NOT_PLAIN;
  if (flagsOnly && (offset & CLOSING_FLAGS) === 0) return PASSED_OVER;

  segment.flags = (offset >>> 16) & 0xff;
  const source = view.getInt32((at + 26) | 0);
  const destination = view.getInt32((at + 30) | 0);
  const ports = view.getInt32((at + 34) | 0);
  if (share !== null && shareOf(source ^ destination, (ports >>> 16) ^ (ports & 0xffff), share.of) !== share.index)
    return OF_OTHERS;

  if (segment.family !== 4) setFamily(segment);
  segment.tos = start & 0xff;
  segment.ipLength = ipLength;
  segment.ipId = fragment >>> 16;
  segment.dontFragment = (fragment & 0x4000) !== 0;
  segment.ttl = life >>> 24;
  segment.src3 = source;
  segment.dst3 = destination;
  segment.srcPort = ports >>> 16;
  segment.dstPort = ports & 0xffff;
  segment.seq = view.getUint32((at + 38) | 0);
  segment.ack = view.getUint32((at + 42) | 0);
  segment.window = offset & 0xffff;
  segment.tcpHeaderLength = headerLength;
  segment.payloadLength = payloadLength;
  if (segment.buffer !== buffer) segment.buffer = buffer;
  segment.payloadOffset = payload;
  const captured = (end - payload) | 0;
  segment.payloadCaptured = captured < payloadLength ? captured : payloadLength;

  if (segment.hasRareOptions) clearTcpOptions(segment);
  if (headerLength === 32 && view.getInt32((at + HEADERS) | 0) === USUAL_TIMESTAMPS) {
    segment.hasOptions = true;
    segment.hasTimestamp = true;
    segment.tsVal = view.getUint32((at + 58) | 0);
    segment.tsEcr = view.getUint32((at + 62) | 0);
  } else if (headerLength === 20) {
    segment.hasOptions = false;
    segment.hasTimestamp = false;
  } else {
    segment.hasOptions = true;
    segment.hasTimestamp = false;
    readTcpOptions(segment, buffer, (at + HEADERS) | 0, payload);
  }
  return READ;
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
