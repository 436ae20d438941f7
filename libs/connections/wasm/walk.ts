/*
 * AssemblyScript: header prediction (Van Jacobson, "4BSD TCP Header Prediction", 1990) over a run of pcap records. Packets are taken as long
 * as each is the segment that is expected next of its connection and tells nothing that others have to learn. For all others the walk stops:
 * they take the way of `Tracker.track`, which does the same with those that are taken here. Of a packet that is not taken nothing is changed.
 */
import * as A from "../arena-layout";
import * as L from "../layout";
import * as H from "../letters";
import { COPY_WINDOW_US, EXCHANGE, FIRST_WINDOW, IPID_STEP, REACH } from "../limits";

const RECORD_HEADER: u32 = 16;
/** Records that follow each other are as near as this in time. */
const NEAR_SECONDS: i32 = 30 * 86_400;

const ETHERNET: u32 = 14;
const HEADERS: u32 = 54;
// First byte lowest.
/** EtherType 0x0800, version 4, a header of five words. */
const IPV4_WITHOUT_OPTIONS: u32 = 0x45_0008;
/** The second of four bytes. */
const TCP: u32 = 6 << 8;
/** NOP, NOP, timestamps of length 10. */
const USUAL_TIMESTAMPS: u32 = 0x0a08_0101;

const FIN: u32 = 1;
const SYN: u32 = 2;
const RST: u32 = 4;
const ACK: u32 = 16;

/** An index entry (ConnectionTable): slot + 1 · five bits of the hash · distance. */
const SLOT_BITS: u32 = 22;
const SLOT_MASK: u32 = (1 << 22) - 1;
const TAG_BITS: u32 = 5;
const TAG_MASK: u32 = 31;

/** Address of the index. */
let index: usize = 0;
/** Side of the segment that `find` looked up. */
let side: u32 = 0;

export function setIndex(address: usize): void {
  index = address;
}

/** Takes records in [at, end) of the memory; answers where the first begins that is not taken, or is incomplete. */
export function walk(at: usize, end: usize): usize {
  const snapLength = load<i32>(A.SNAP_LENGTH);
  const ticksPerSecond = load<i32>(A.TICKS_PER_SECOND);
  const usPerTick = load<f64>(A.US_PER_TICK);
  let seconds = load<i32>(A.SECONDS);
  let previous = at;
  let packets: u32 = 0;
  let bytes: u64 = 0;
  let timeUs: f64 = 0;
  store<u32>(A.SEGMENTS_TAKEN, 0);
  store<u32>(A.COPIES, 0);
  while (at + RECORD_HEADER <= end) {
    const nextSeconds = load<i32>(at);
    const ticks = load<i32>(at, 4);
    const captured = load<i32>(at, 8);
    const length = load<i32>(at, 12);
    const data = at + RECORD_HEADER;
    const nextUs = <f64>nextSeconds * 1e6 + <f64>ticks * usPerTick;
    if (
      nextSeconds < 0 ||
      captured < <i32>HEADERS ||
      captured > length ||
      captured > snapLength ||
      ticks < 0 ||
      ticks >= ticksPerSecond ||
      <u32>(nextSeconds - seconds + NEAR_SECONDS) > 2 * NEAR_SECONDS ||
      data + <usize>captured > end ||
      !take(data, data + captured, data + length, nextUs)
    )
      break;
    seconds = nextSeconds;
    timeUs = nextUs;
    previous = at;
    at = data + captured;
    bytes += length;
    packets++;
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
  // identification · flags, fragment offset
  const fragment = load<u32>(at, 18);
  // TTL · protocol · checksum
  const life = load<u32>(at, 22);
  if ((fragment & 0xff3f_0000) !== 0 || (life & 0xff00) !== TCP) return false;
  // data offset · flags · window
  const offset = load<u32>(at, 46);
  const headerLength = (offset & 0xf0) >>> 2;
  const payloadLength = <i32>bswap<u16>(load<u16>(at, 16)) - 20 - <i32>headerLength;
  const payload = at + ETHERNET + 20 + headerLength;
  if (payloadLength < 0 || headerLength < 20 || payload > end || payload + payloadLength > wireEnd) return false;
  const flags = (offset >>> 8) & 0xff;
  const closing = (flags & (SYN | FIN | RST)) !== 0;
  if (!closing && load<u32>(A.FLAGS_ONLY) !== 0) return true;

  if (timeUs >= load<f64>(A.NEXT_TURN)) return false;
  const entered = load<u32>(A.ENTERED);
  if ((entered & (EXCHANGE - 1)) === EXCHANGE - 1 || load<u32>(A.PLAIN_SEEN) === 0) return false;
  const source = bswap<u32>(load<u32>(at, 26));
  const destination = bswap<u32>(load<u32>(at, 30));
  const ports = bswap<u32>(load<u32>(at, 34));
  const shares = load<u32>(A.SHARES);
  if (shares > 1) {
    // shareOf
    const hash = ((source ^ destination ^ (((ports >>> 16) ^ (ports & 0xffff)) << 12)) * 0x9e3779b1) >>> 16;
    if ((hash * shares) >>> 16 !== load<u32>(A.SHARE)) {
      comeTo(timeUs, entered);
      return true;
    }
  }
  const window = offset >>> 16;
  if (closing || (flags & ACK) === 0 || window === 0) return false;
  const timed = headerLength === 32 && load<u32>(at, HEADERS) === USUAL_TIMESTAMPS;
  if (!timed && headerLength !== 20) return false;
  const slot = find(source, destination, ports);
  if (slot < 0) return false;
  const seq = bswap<u32>(load<u32>(at, 38));
  const ack = bswap<u32>(load<u32>(at, 42));
  return account(slot, timeUs, entered, seq, ack, flags, life & 0xff, bswap<u16>(<u16>fragment), payloadLength, timed);
}

/** As CaptureClock, where no turn is due. */
function comeTo(timeUs: f64, entered: u32): void {
  const last = load<f64>(A.LAST);
  const clock = timeUs < last ? timeUs : last;
  store<f64>(A.LAST, timeUs);
  if (clock > load<f64>(A.NOW)) store<f64>(A.NOW, clock);
  store<u32>(A.ENTERED, entered + 1);
}

/** Slot of a tuple over IPv4 outside of VLANs and tunnels, or -1; sets `side`. As ConnectionTable. */
function find(source: u32, destination: u32, ports: u32): i32 {
  const swapped = source === destination ? ports >>> 16 > (ports & 0xffff) : source > destination;
  side = <u32>swapped;
  const lower = swapped ? destination : source;
  const higher = swapped ? source : destination;
  const ordered = swapped ? rotl<u32>(ports, 16) : ports;
  let hash = mix(mix(mix(load<u32>(A.SEED), lower), higher), ordered);
  hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
  hash ^= hash >>> 13;
  const front = A.FRONT + ((hash & (A.FRONT_ENTRIES - 1)) << 2);
  const entry = load<u32>(front);
  if (entry >>> SLOT_BITS === hash >>> SLOT_BITS && entry !== 0) {
    const slot = (entry & SLOT_MASK) - 1;
    if (isOf(slot, lower, higher, ordered)) return slot;
  }
  let wanted = hash & TAG_MASK;
  let at = index + ((<u32>((<u64>hash * load<u32>(A.PLACES)) >>> 32)) << 2);
  while (true) {
    const found = load<u32>(at);
    if (found === 0 || found >>> (SLOT_BITS + TAG_BITS) < wanted >>> TAG_BITS) return -1;
    if (found >>> SLOT_BITS === wanted) {
      const slot = (found & SLOT_MASK) - 1;
      if (isOf(slot, lower, higher, ordered)) {
        store<u32>(front, (hash & ~SLOT_MASK) | (slot + 1));
        return slot;
      }
    }
    wanted += 1 << TAG_BITS;
    at += 4;
  }
}

function mix(hash: u32, word: u32): u32 {
  const h = (hash ^ word) * 0x9e3779b1;
  return h ^ (h >>> 15);
}

function isOf(slot: u32, lower: u32, higher: u32, ports: u32): bool {
  const r = recordOf(slot);
  return (
    load<u32>(r, 4 * 3) === lower &&
    load<u32>(r, 4 * 7) === higher &&
    load<u32>(r, 4 * L.PORTS) === ports &&
    load<u32>(r, 4 * L.CONTEXT) === 0 &&
    (load<u32>(r, 4 * L.FLAGS) & L.IPV6) === 0
  );
}

function recordOf(slot: u32): usize {
  return A.RECORDS + slot * A.RECORD_BYTES;
}

/** What accountHeader and accountPayload do where all is as expected; else false, and nothing has changed. */
function account(
  slot: u32,
  timeUs: f64,
  entered: u32,
  seq: u32,
  ack: u32,
  flags: u32,
  ttl: u32,
  ipId: u32,
  payloadLength: u32,
  timed: bool,
): bool {
  const r = recordOf(slot);
  const x = r + 4 * L.SIDE + side * (4 * L.SIDE_WORDS);
  const y = r + 4 * L.SIDE + (side ^ 1) * (4 * L.SIDE_WORDS);
  let f = load<u32>(r, 4 * L.FLAGS);
  let bits = load<u32>(x, 4 * L.BITS);
  const state = f & (L.SPECIAL | L.CLIENT_KNOWN);
  if (state !== L.CLIENT_KNOWN && !(payloadLength === 0 && isAfterFin(f))) return false;
  if ((bits & (L.HAS_SEQ | L.STALE_ACK)) !== L.HAS_SEQ || load<u32>(x, 4 * L.SND) !== seq) return false;
  if ((load<u32>(x, 4 * L.TTLS) & 255) !== ttl) return false;
  // The first acknowledgement is believed where it meets what the peer has sent.
  if ((bits & L.HAS_ACK) !== 0 ? ack - load<u32>(x, 4 * L.ACKED) > <u32>REACH : ack !== sentBy(y)) return false;
  let handshake = false;
  if ((f & L.HANDSHAKE) === 0 && (load<u32>(y, 4 * L.BITS) & L.SENT_SYNACK) !== 0) {
    const next = load<u32>(r + ((side ^ 1) << 2), 4 * L.ISN_OF) + 1;
    const reach: i32 = load<u32>(y, 4 * L.SND) === next ? FIRST_WINDOW : REACH;
    const beyond = <i32>(ack - next);
    handshake = beyond >= 0 && beyond <= reach;
  }
  const own = side === 0 ? L.PAYLOAD_0 : L.PAYLOAD_1;
  const once: u32 = (payloadLength === 0 ? H.ONCE_A : H.ONCE_D) << side;
  let marks = load<u32>(r, 4 * L.MARKS);
  const first = (marks & once) === 0;
  // Who talks with whom is noted with the first payload of a connection.
  if (first && payloadLength !== 0 && (f & (L.PAYLOAD_0 | L.PAYLOAD_1)) === 0) return false;
  if (payloadLength > ~load<u32>(x, 4 * L.BYTES)) return false;

  comeTo(timeUs, entered);
  store<u32>(A.SEGMENTS_TAKEN, load<u32>(A.SEGMENTS_TAKEN) + 1);
  const time = <u32>(<i64>timeUs);
  if (isCopy((slot << 1) | side, time, seq, ack, payloadLength, flags, ttl, ipId)) {
    store<u32>(A.COPIES, load<u32>(A.COPIES) + 1);
    return true;
  }
  store<u32>(x, load<u32>(x, 4 * L.PACKETS) + 1, 4 * L.PACKETS);
  const gap = timeUs - load<f64>(r, 4 * L.LAST_TIME);
  if (gap > 0) {
    store<u32>(r, gap > 0xffff_ffff ? 0xffff_ffff : <u32>gap, 4 * L.GAP);
    store<f64>(r, timeUs, 4 * L.LAST_TIME);
  } else store<u32>(r, 0, 4 * L.GAP);
  const tries = load<u32>(y, 4 * L.TRIES);
  if ((tries & 255) !== 0) store<u32>(y, tries & ~255, 4 * L.TRIES);

  bits = (bits & ~L.WINDOW_ZERO) | L.HAS_ACK | L.SPOKE | (timed ? L.TIMESTAMPS : 0);
  if (ipId !== 0) {
    const jumps = (bits & L.HAS_IPID) !== 0 && ((ipId - (bits >>> 16)) & 0xffff) > <u32>IPID_STEP;
    bits = (bits & 0xffff) | L.HAS_IPID | (ipId << 16) | (jumps ? L.IPID_JUMPS : 0);
  }
  store<u32>(x, bits, 4 * L.BITS);
  store<u32>(x, ack, 4 * L.ACKED);
  f = (f & ~L.LAST_IS_1) | (side === 0 ? 0 : L.LAST_IS_1);
  if (handshake) {
    f |= L.HANDSHAKE;
    const rtt = time - load<u32>(r, 4 * L.EVENT_TIME);
    store<u32>(r, rtt > 0x7fff_ffff ? 0x7fff_ffff : rtt, 4 * L.RTT_CLIENT);
  }
  if (first) {
    marks |= once;
    const length = (marks >>> L.HISTORY_LENGTH_SHIFT) & H.LENGTH_MASK;
    if (length < <u32>H.ROOM_BEFORE_THE_END) {
      const letter: u32 = (payloadLength === 0 ? H.LETTER_A : H.LETTER_D) | (side << 4);
      const word = r + (length >= <u32>H.PER_WORD ? 4 : 0);
      store<u32>(word, load<u32>(word, 4 * L.HISTORY) | (letter << ((length % H.PER_WORD) * 5)), 4 * L.HISTORY);
      marks += 1 << L.HISTORY_LENGTH_SHIFT;
    }
    store<u32>(r, marks, 4 * L.MARKS);
  }
  if (payloadLength !== 0) {
    if (first) {
      if (side === ((f & L.CLIENT_IS_1) === 0 ? 0 : 1)) store<u32>(r, time, 4 * L.DATA_TIME);
      f |= own;
    }
    f = (f & ~L.LAST_PAYLOAD_IS_1) | (side === 0 ? 0 : L.LAST_PAYLOAD_IS_1);
    store<u32>(x, seq + payloadLength, 4 * L.SND);
    store<u32>(x, seq, 4 * L.LAST_SEQ);
    store<u32>(x, (load<u32>(x, 4 * L.TRIES) & ~0xff00) | 0x100, 4 * L.TRIES);
    store<u32>(x, load<u32>(x, 4 * L.BYTES) + payloadLength, 4 * L.BYTES);
  }
  store<u32>(r, f, 4 * L.FLAGS);
  return true;
}

/** A FIN was seen, or both, and no RST: an acknowledgement means no more than before. */
function isAfterFin(f: u32): bool {
  const known = L.CLIENT_KNOWN | L.HANDSHAKE;
  const open = (f & ((L.SPECIAL & ~(L.FIN_0 | L.FIN_1)) | known)) === known;
  return (
    open ||
    (f & (L.STATE | L.PENDING | L.RST_SEEN | L.BY_FIN | L.BY_RST | L.BY_ICMP | known)) === (L.ENDED | L.BY_FIN | known)
  );
}

/** The next number of a side whose numbers are known; else one that no segment acknowledges by chance alone. */
function sentBy(y: usize): u64 {
  return (load<u32>(y, 4 * L.BITS) & L.HAS_SEQ) === 0 ? <u64>-1 : <u64>load<u32>(y, 4 * L.SND);
}

/** As RecentPackets, of interface 0. */
function isCopy(key: u32, time: u32, seq: u32, ack: u32, payloadLength: u32, flags: u32, ttl: u32, ipId: u32): bool {
  const tag =
    (seq ^ (ipId << 16)) * 0x9e3779b1 + ack * 0x85ebca6b + (((payloadLength << 8) | flags) ^ (key << 3)) * 0xc2b2ae35;
  const at = A.RECENT + (((tag ^ (tag >>> 15)) & (A.RECENT_ENTRIES - 1)) << 4);
  if (load<u32>(at) === tag && time - load<u32>(at, 4) <= <u32>COPY_WINDOW_US && (ipId > 0 || load<u32>(at, 8) !== ttl))
    return true;
  store<u32>(at, tag);
  store<u32>(at, time, 4);
  store<u32>(at, ttl, 8);
  return false;
}
