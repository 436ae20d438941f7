/*
 * AssemblyScript: the segment at hand, as Segment.
 */

/** Capture time, µs, and its low 32 bits. */
export let timeUs: f64 = 0;
export let time: u32 = 0;
/** Addresses, and source port << 16 | destination port. */
export let source: u32 = 0;
export let destination: u32 = 0;
export let ports: u32 = 0;
export let seq: u32 = 0;
export let ack: u32 = 0;
export let flags: u32 = 0;
export let payloadLength: i32 = 0;
export let ttl: u32 = 0;
export let ipId: u32 = 0;
/** It carries timestamps. */
export let timed: bool = false;

const END: u32 = 0;
const NO_OPERATION: u32 = 1;
const TIMESTAMPS: u32 = 8;
/** NOP, NOP, timestamps of length 10; first byte lowest. */
const USUAL_TIMESTAMPS: u32 = 0x0a08_0101;

/** Reads who speaks with whom from an IPv4 header without options and the TCP header behind it. */
export function readTuple(ip: usize, us: f64, flagBits: u32): void {
  timeUs = us;
  time = <u32>(<i64>us);
  flags = flagBits;
  source = bswap<u32>(load<u32>(ip, 12));
  destination = bswap<u32>(load<u32>(ip, 16));
  ports = bswap<u32>(load<u32>(ip, 20));
}

/** Reads the rest of both. */
export function readNumbers(ip: usize, headerLength: u32, length: i32): void {
  ipId = bswap<u16>(load<u16>(ip, 4));
  ttl = load<u8>(ip, 8);
  seq = bswap<u32>(load<u32>(ip, 24));
  ack = bswap<u32>(load<u32>(ip, 28));
  payloadLength = length;
  const options = ip + 40;
  timed =
    headerLength > 20 &&
    ((headerLength === 32 && load<u32>(options) === USUAL_TIMESTAMPS) ||
      hasTimestamps(options, options + headerLength - 20));
}

/** As readTcpOptions. */
function hasTimestamps(at: usize, end: usize): bool {
  while (at < end) {
    const kind = <u32>load<u8>(at);
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    if (kind === END || at + 1 >= end) return false;
    const length = <u32>load<u8>(at, 1);
    if (length < 2 || at + length > end) return false;
    if (kind === TIMESTAMPS && length === 10) return true;
    at += length;
  }
  return false;
}
