import type { Frame } from "./frame.ts";

/** Ones' complement sum of [at, end) added to `sum`, folded to 16 bits (RFC 1071). */
export function addChecksum(sum: number, buffer: Uint8Array, at: number, end: number): number {
  for (; at + 1 < end; at += 2) sum += (buffer[at] << 8) | buffer[at + 1];
  if (at < end) sum += buffer[at] << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** Whether a header that holds its own checksum sums up. */
export function headerChecksumFits(buffer: Uint8Array, at: number, end: number): boolean {
  return addChecksum(0, buffer, at, end) === 0xffff;
}

/** Whether the TCP segment at `frame.at` sums up with its pseudo header (RFC 9293 3.1); true where the capture cut it. */
export function tcpChecksumFits(frame: Frame): boolean {
  if (frame.end < frame.wireEnd) return true;
  const { segment } = frame;
  const length = frame.wireEnd - frame.at;
  let sum = 6 + (length >>> 16) + (length & 0xffff);
  // A mapped IPv4 address would add its 0xffff word to the sum, so only its last word counts.
  sum += segment.family === 4 ? 0 : wordSum(segment.src0) + wordSum(segment.src1) + wordSum(segment.src2);
  sum += segment.family === 4 ? 0 : wordSum(segment.dst0) + wordSum(segment.dst1) + wordSum(segment.dst2);
  sum += wordSum(segment.src3) + wordSum(segment.dst3);
  return addChecksum(sum, frame.buffer, frame.at, frame.end) === 0xffff;
}

function wordSum(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}
