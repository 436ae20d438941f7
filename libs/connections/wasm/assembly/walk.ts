/*
 * AssemblyScript: header prediction (Van Jacobson, "4BSD TCP Header Prediction", 1990) over a run of pcap records. Packets are taken as long
 * as each is the segment that is expected next of its connection: a SYN, its answer, payload, acknowledgements and FINs in their order. For
 * all others the walk stops: they take the way of `Tracker.track`, which does the same with those that are taken here. Of a packet that is not
 * taken nothing is changed.
 */
import * as A from "../../arena-layout";
import { ACK, FIN, RST, SYN } from "./flags";
import { EXCHANGE } from "../../limits";
import { takeFin, takeNext } from "./accounting";
import { comeTo } from "./clock";
import { areFull } from "./notes";
import { takeSyn, takeSynAck } from "./handshake";
import { find } from "./table";
import { destination, ports, readNumbers, readTuple, source } from "./segment";

const RECORD_HEADER: u32 = 16;
/** Records that follow each other are as near as this in time. */
const NEAR_SECONDS: i32 = 30 * 86_400;

const ETHERNET: u32 = 14;
// First byte lowest.
/** EtherType 0x0800, version 4, a header of five words. */
const IPV4_WITHOUT_OPTIONS: u32 = 0x45_0008;
/** The second of four bytes. */
const TCP: u32 = 6 << 8;

/** Takes records in [at, end) of the memory; answers where the first begins that is not taken, or is incomplete. */
export function walk(at: usize, end: usize): usize {
  const snapLength = load<u32>(A.SNAP_LENGTH);
  const ticksPerSecond = load<u32>(A.TICKS_PER_SECOND);
  const usPerTick = load<f64>(A.US_PER_TICK);
  let seconds = load<i32>(A.SECONDS);
  let previous = at;
  let packets: u32 = 0;
  let bytes: u64 = 0;
  let timeUs: f64 = 0;
  store<u32>(A.SEGMENTS_TAKEN, 0);
  store<u32>(A.COPIES, 0);
  store<u32>(A.CONNECTIONS, 0);
  store<u32>(A.INDEX_FULL, 0);
  // Where there are other shares it is to be told which segment noted what.
  const noted = load<u32>(A.NOTED);
  const mayNote = load<u32>(A.SHARES) === 1;
  while (at + RECORD_HEADER <= end) {
    const nextSeconds = load<i32>(at);
    const ticks = load<u32>(at, 4);
    const captured = load<u32>(at, 8);
    const length = load<u32>(at, 12);
    const data = at + RECORD_HEADER;
    if (nextSeconds < 0) break;
    if (<u32>(nextSeconds - seconds + NEAR_SECONDS) > 2 * NEAR_SECONDS) break;
    if (ticks >= ticksPerSecond) break;
    if (captured > snapLength) break;
    if (captured > length) break;
    const next = data + captured;
    if (next > end) break;
    // Signed: that is one instruction.
    const nextUs = <f64>nextSeconds * 1e6 + <f64>(<i32>ticks) * usPerTick;
    if (!take(data, next, data + length, nextUs)) break;
    seconds = nextSeconds;
    timeUs = nextUs;
    previous = at;
    at = next;
    bytes += length;
    packets++;
    if (load<u32>(A.INDEX_FULL) !== 0) break;
    if (!mayNote) {
      if (load<u32>(A.NOTED) !== noted) break;
    }
  }
  store<i32>(A.SECONDS, seconds);
  store<u32>(A.PREVIOUS, <u32>previous);
  store<u32>(A.PACKETS_TAKEN, packets);
  store<f64>(A.BYTES, <f64>bytes);
  store<f64>(A.TIME, timeUs);
  return at;
}

/** The packet in [at, end), on the wire up to `wireEnd`. Answers whether it is taken. */
function take(at: usize, end: usize, wireEnd: usize, timeUs: f64): bool {
  // As they lie in memory, first byte lowest: EtherType · version, header length · TOS
  if ((load<u32>(at, 12) & 0xff_ffff) !== IPV4_WITHOUT_OPTIONS) return false;
  const ip = at + ETHERNET;
  // flags, fragment offset · TTL, protocol
  if ((load<u32>(ip, 4) & 0xff3f_0000) !== 0) return false;
  if ((load<u32>(ip, 8) & 0xff00) !== TCP) return false;
  // data offset · flags · window
  const offset = load<u32>(ip, 32);
  const headerLength = (offset & 0xf0) >>> 2;
  const payloadLength = <i32>bswap<u16>(load<u16>(ip, 2)) - 20 - <i32>headerLength;
  if (headerLength < 20) return false;
  if (payloadLength < 0) return false;
  const payload = ip + 20 + headerLength;
  // Packets too that are shorter than the headers above.
  if (payload > end) return false;
  if (payload + payloadLength > wireEnd) return false;
  const flags = (offset >>> 8) & 0xff;
  const closing = flags & (SYN | FIN | RST);
  if (closing === 0) {
    if (load<u32>(A.FLAGS_ONLY) !== 0) return true;
    if (load<u32>(A.PLAIN_SEEN) === 0) return false;
  }
  if (timeUs >= load<f64>(A.NEXT_TURN)) return false;
  readTuple(ip, timeUs, flags);
  const shares = load<u32>(A.SHARES);
  if (shares > 1) {
    if ((load<u32>(A.ENTERED) & (EXCHANGE - 1)) === EXCHANGE - 1) return false;
    if (shareOf(shares) !== load<u32>(A.SHARE)) {
      comeTo();
      return true;
    }
  }
  if (areFull()) return false;
  readNumbers(ip, headerLength, payloadLength);
  if (closing === SYN) return (flags & ACK) !== 0 ? takeSynAck(find()) : takeSyn(find());
  if ((flags & ACK) === 0) return false;
  // A window of zero.
  if (offset >>> 16 === 0) return false;
  if (closing === 0) return takeNext(find());
  return closing === FIN ? takeFin(find()) : false;
}

/** The share of the segment's connection. As shareOf in @hangup/packets. */
function shareOf(shares: u32): u32 {
  const hash = ((source ^ destination ^ (((ports >>> 16) ^ (ports & 0xffff)) << 12)) * 0x9e3779b1) >>> 16;
  return (hash * shares) >>> 16;
}
