import { BAD_CHECKSUM, type Frame, MALFORMED, TCP_SEGMENT } from "./frame.ts";
import { tcpChecksumFits } from "./checksum.ts";
import { RST } from "./segment.ts";
import { clearTcpOptions, readTcpOptions, readTimestamps } from "./tcp-options.ts";

const HEADER = 20;
/** Ports and sequence number: what must have been captured for a segment to be told apart at all. */
const LEAST = 8;
/** NOP, NOP, timestamps of length 10: how almost every segment of a connection begins its options. */
const USUAL_TIMESTAMPS = 0x0101080a;

/**
 * TCP header (RFC 9293 3.1).
 *   0 source port · 2 destination port · 4 seq · 8 ack · 12 data offset << 4 · 13 flags · 14 window · 16 checksum · 18 urgent
 * A header that the snapshot length cut behind its flags is read as far as it goes.
 */
export function readTcp(frame: Frame): number {
  const { buffer, at, segment } = frame;
  const captured = frame.end - at;
  const onWire = frame.wireEnd - at;
  if (captured < HEADER) return readCutTcp(frame);
  const headerLength = (buffer[at + 12] >> 4) << 2;
  if (headerLength < HEADER || headerLength > onWire) return MALFORMED;

  segment.srcPort = (buffer[at] << 8) | buffer[at + 1];
  segment.dstPort = (buffer[at + 2] << 8) | buffer[at + 3];
  segment.seq = ((buffer[at + 4] << 24) | (buffer[at + 5] << 16) | (buffer[at + 6] << 8) | buffer[at + 7]) >>> 0;
  segment.ack = ((buffer[at + 8] << 24) | (buffer[at + 9] << 16) | (buffer[at + 10] << 8) | buffer[at + 11]) >>> 0;
  segment.flags = buffer[at + 13];
  segment.window = (buffer[at + 14] << 8) | buffer[at + 15];
  segment.tcpHeaderLength = headerLength;
  segment.payloadLength = onWire - headerLength;
  segment.payloadOffset = at + headerLength;
  segment.payloadCaptured = captured > headerLength ? captured - headerLength : 0;
  segment.buffer = buffer;

  clearTcpOptions(segment);
  if (headerLength > HEADER) {
    segment.hasOptions = true;
    if (
      headerLength === 32 &&
      captured >= 32 &&
      ((buffer[at + 20] << 24) | (buffer[at + 21] << 16) | (buffer[at + 22] << 8) | buffer[at + 23]) ===
        USUAL_TIMESTAMPS
    ) {
      readTimestamps(segment, buffer, at + 24);
    } else {
      readTcpOptions(segment, buffer, at + HEADER, at + (headerLength < captured ? headerLength : captured));
    }
  }
  if (frame.verifyChecksums && !tcpChecksumFits(frame)) return BAD_CHECKSUM;
  return TCP_SEGMENT;
}

/** What a window that was not captured is taken for: one that says nothing, open or, in a RST, as stacks fill it. */
const UNKNOWN_WINDOW = 0xffff;

/** A header of which only `captured` < 20 bytes are there: the fields behind them say nothing, the payload length is an estimate. */
function readCutTcp(frame: Frame): number {
  const { buffer, at, end, segment } = frame;
  if (end - at < LEAST || frame.wireEnd - at < HEADER) return frame.short(HEADER);
  const byte = (offset: number): number => (at + offset < end ? buffer[at + offset] : 0);
  const headerLength = at + 12 < end ? (byte(12) >> 4) << 2 : HEADER;
  if (headerLength < HEADER || headerLength > frame.wireEnd - at) return MALFORMED;
  readPorts(frame);
  segment.ack = at + 12 <= end ? ((byte(8) << 24) | (byte(9) << 16) | (byte(10) << 8) | byte(11)) >>> 0 : 0;
  segment.flags = byte(13);
  const unknown = (segment.flags & RST) === 0 ? UNKNOWN_WINDOW : 0;
  segment.window = at + 16 <= end ? (byte(14) << 8) | byte(15) : unknown;
  segment.tcpHeaderLength = headerLength;
  segment.payloadLength = frame.wireEnd - at - headerLength;
  segment.payloadOffset = end;
  segment.payloadCaptured = 0;
  segment.buffer = buffer;
  clearTcpOptions(segment);
  segment.hasOptions = headerLength > HEADER;
  // Without its flags a segment says nothing about how a connection ends.
  return at + 14 <= end ? TCP_SEGMENT : frame.short(HEADER);
}

/** The first 8 bytes, all that an ICMP error must quote (RFC 792). */
function readPorts(frame: Frame): void {
  const { buffer, at, segment } = frame;
  segment.srcPort = (buffer[at] << 8) | buffer[at + 1];
  segment.dstPort = (buffer[at + 2] << 8) | buffer[at + 3];
  segment.seq = ((buffer[at + 4] << 24) | (buffer[at + 5] << 16) | (buffer[at + 6] << 8) | buffer[at + 7]) >>> 0;
}

/** The TCP header that an ICMP error quotes: complete or not, its fields stand as in a captured one. */
export function readQuotedTcp(frame: Frame): boolean {
  if (frame.end - frame.at < LEAST) return false;
  const { segment } = frame;
  if (frame.end - frame.at >= HEADER && readTcp(frame) === TCP_SEGMENT) return true;
  readPorts(frame);
  segment.ack = 0;
  segment.flags = 0;
  segment.window = 0;
  segment.tcpHeaderLength = HEADER;
  segment.payloadLength = Math.max(0, frame.wireEnd - frame.at - HEADER);
  segment.payloadOffset = frame.end;
  segment.payloadCaptured = 0;
  segment.buffer = frame.buffer;
  clearTcpOptions(segment);
  return true;
}
