/*
 * AssemblyScript: the segment at hand, as Segment.
 */
import * as L from "../../layout";
import { wholeOf } from "./whole";

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
/** The IPv4 header. */
let header: usize = 0;
/** TIMESTAMPS where it carries some, as a bit of its side. */
export let timestamps: u32 = 0;

const END: u32 = 0;
const NO_OPERATION: u32 = 1;
const TIMESTAMPS: u32 = 8;
const TIMESTAMPS_LENGTH: u32 = 10;
/** NOP, NOP, timestamps of length 10; first byte lowest. */
const USUAL_TIMESTAMPS: u32 = 0x0a08_0101;

/** Reads who speaks with whom, and `seq`, from an IPv4 header without options and the TCP header behind it. */
export function readTuple(ip: usize, us: f64, flagBits: u32): void {
  timeUs = us;
  time = wholeOf(us);
  flags = flagBits;
  // Four words at once, first byte highest.
  const bytes = v128.load(ip, 12);
  const words = v128.shuffle<u8>(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
  source = v128.extract_lane<u32>(words, 0);
  destination = v128.extract_lane<u32>(words, 1);
  ports = v128.extract_lane<u32>(words, 2);
  seq = v128.extract_lane<u32>(words, 3);
}

/** Reads the rest of both. */
export function readNumbers(ip: usize, headerLength: u32, length: i32): void {
  header = ip;
  ipId = bswap<u16>(load<u16>(ip, 4));
  ttl = load<u8>(ip, 8);
  ack = bswap<u32>(load<u32>(ip, 28));
  payloadLength = length;
  const options = ip + 40;
  timestamps = hasTimestamps(options, headerLength - 20) ? L.TIMESTAMPS : 0;
}

/** Window, not scaled. */
export function readWindow(): u32 {
  return bswap<u16>(load<u16>(header, 34));
}

/** As readTcpOptions. */
function hasTimestamps(at: usize, bytes: u32): bool {
  if (bytes === 12) {
    if (load<u32>(at) === USUAL_TIMESTAMPS) return true;
  }
  const end = at + bytes;
  while (at < end) {
    const kind = <u32>load<u8>(at);
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    if (kind === END || at + 1 >= end) return false;
    const length = <u32>load<u8>(at, 1);
    if (length < 2 || at + length > end) return false;
    if (kind === TIMESTAMPS && length === TIMESTAMPS_LENGTH) return true;
    at += length;
  }
  return false;
}
