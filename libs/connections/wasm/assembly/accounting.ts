/*
 * AssemblyScript: segments without SYN and RST, where they are the next of their side. Each answers whether it is taken; else nothing has
 * changed. What accountHeader, accountPayload and recordFin do where all is as expected.
 */
import * as A from "../../arena-layout";
import * as H from "../../letters";
import * as L from "../../layout";
import { FIRST_WINDOW, REACH } from "../../limits";
import { closeSide, isAfterFin, mayClose } from "./closing";
import { accountHeader, between, lastIs, sideOf } from "./header";
import { append } from "./history";
import { noteTalk } from "./notes";
import { ack, destination, payloadLength, ports, seq, source, time, ttl } from "./segment";
import { recordOf, side } from "./table";
import { takeNew } from "./taking";

/** Payload, or a pure acknowledgement. Such are known to be captured: all that a side has sent was seen. */
export function takeNext(slot: i32): bool {
  if (slot < 0) return false;
  const r = recordOf(slot);
  const x = sideOf(r, side);
  const y = sideOf(r, side ^ 1);
  let f = load<u32>(r, 4 * L.FLAGS);
  if ((f & (L.SPECIAL | L.CLIENT_KNOWN)) !== L.CLIENT_KNOWN) {
    if (payloadLength !== 0) return false;
    if (!isAfterFin(f)) return false;
  }
  if (seq !== load<u32>(x, 4 * L.SND)) return false;
  if (!isExpected(x, y, true)) return false;
  const handshake = (f & L.HANDSHAKE) === 0 ? completesHandshake(r, y, true) : false;

  if (!takeNew((slot << 1) | side)) return true;
  f = accountAck(r, x, y, f, handshake);
  if (payloadLength !== 0) f = accountPayload(r, x, f);
  else {
    const marks = load<u32>(r, 4 * L.MARKS);
    const once: u32 = (<u32>H.ONCE_A) << side;
    if ((marks & once) === 0)
      store<u32>(r, append(r, marks | once, H.LETTER_A, side, H.ROOM_BEFORE_THE_END), 4 * L.MARKS);
  }
  store<u32>(r, f, 4 * L.FLAGS);
  return true;
}

/** The first FIN of a side. */
export function takeFin(slot: i32): bool {
  if (slot < 0) return false;
  const r = recordOf(slot);
  const x = sideOf(r, side);
  const y = sideOf(r, side ^ 1);
  let f = load<u32>(r, 4 * L.FLAGS);
  const plain = load<u32>(A.PLAIN_SEEN) !== 0;
  if (!mayClose(r, f, side)) return false;
  const missing = seq - load<u32>(x, 4 * L.SND);
  if (missing !== 0) {
    if (plain) return false;
    if (!isAllMissing(r, x, missing)) return false;
  }
  if (!isExpected(x, y, plain)) return false;
  const handshake = (f & L.HANDSHAKE) === 0 ? completesHandshake(r, y, plain) : false;

  if (!takeNew((slot << 1) | side)) return true;
  f = accountAck(r, x, y, f, handshake);
  if (payloadLength !== 0) f = accountPayload(r, x, f);
  let marks = load<u32>(r, 4 * L.MARKS);
  if (missing !== 0) marks |= L.FIN_GAP_0 << side;
  store<u32>(r, closeSide(r, x, y, f, side), 4 * L.FLAGS);
  store<u32>(r, append(r, marks, H.LETTER_F, side, H.ROOM), 4 * L.MARKS);
  return true;
}

/** What of the side `x` both have to be: one whose numbers are known, with its TTL, and believed in what it acknowledges. */
function isExpected(x: usize, y: usize, plain: bool): bool {
  const bits = load<u32>(x, 4 * L.BITS);
  if ((bits & (L.HAS_SEQ | L.STALE_ACK)) !== L.HAS_SEQ) return false;
  if ((load<u32>(x, 4 * L.TTLS) & 255) !== ttl) return false;
  // The first acknowledgement is believed where it meets what the peer has sent.
  if ((bits & L.HAS_ACK) !== 0) {
    if (ack - load<u32>(x, 4 * L.ACKED) > <u32>REACH) return false;
  } else if (plain) {
    if (!isNext(y, ack)) return false;
  }
  return <u32>payloadLength <= ~load<u32>(x, 4 * L.BYTES);
}

/** @returns `f` with what the header makes of it; `handshake`: its acknowledgement completes one. */
function accountAck(r: usize, x: usize, y: usize, f: u32, handshake: bool): u32 {
  store<u32>(x, accountHeader(r, x, y) | L.HAS_ACK | L.SPOKE, 4 * L.BITS);
  store<u32>(x, ack, 4 * L.ACKED);
  f = lastIs(f, side);
  if (!handshake) return f;
  if ((f & (L.FIN_0 | L.FIN_1)) === 0) store<u32>(r, between(load<u32>(r, 4 * L.EVENT_TIME), time), 4 * L.RTT_CLIENT);
  return f | L.HANDSHAKE;
}

/** @returns `f` with what the payload makes of it. */
function accountPayload(r: usize, x: usize, f: u32): u32 {
  const marks = load<u32>(r, 4 * L.MARKS);
  const once: u32 = (<u32>H.ONCE_D) << side;
  if ((marks & once) === 0) {
    store<u32>(r, append(r, marks | once, H.LETTER_D, side, H.ROOM_BEFORE_THE_END), 4 * L.MARKS);
    f = noteFirstPayload(r, f);
  }
  store<u32>(x, seq + payloadLength, 4 * L.SND);
  store<u32>(x, seq, 4 * L.LAST_SEQ);
  store<u32>(x, (load<u32>(x, 4 * L.TRIES) & ~0xff00) | 0x100, 4 * L.TRIES);
  store<u32>(x, load<u32>(x, 4 * L.BYTES) + payloadLength, 4 * L.BYTES);
  return (f & ~L.LAST_PAYLOAD_IS_1) | (side * L.LAST_PAYLOAD_IS_1);
}

function noteFirstPayload(r: usize, f: u32): u32 {
  const isClient = side === ((f & L.CLIENT_IS_1) === 0 ? 0 : 1);
  if (isClient) store<u32>(r, time, 4 * L.DATA_TIME);
  if ((f & (L.PAYLOAD_0 | L.PAYLOAD_1)) === 0) {
    if (isClient) noteTalk(source, destination, ports & 0xffff);
    else noteTalk(destination, source, ports >>> 16);
  }
  return f | (L.PAYLOAD_0 << side);
}

/** In a capture of flags alone: between SYN and this FIN, which has no payload, all that the side sent is missing (noteMissing). */
function isAllMissing(r: usize, x: usize, missing: u32): bool {
  if (payloadLength !== 0) return false;
  if (missing > <u32>REACH) return false;
  if ((load<u32>(x, 4 * L.BITS) & L.HAS_ISN) === 0) return false;
  return load<u32>(x, 4 * L.SND) === load<u32>(r + (side << 2), 4 * L.ISN_OF) + 1;
}

/** Is it the next number of a side whose numbers are known? */
function isNext(y: usize, number: u32): bool {
  if ((load<u32>(y, 4 * L.BITS) & L.HAS_SEQ) === 0) return false;
  return load<u32>(y, 4 * L.SND) === number;
}

/** As completeHandshake. */
function completesHandshake(r: usize, y: usize, plain: bool): bool {
  if ((load<u32>(y, 4 * L.BITS) & L.SENT_SYNACK) === 0) return false;
  const next = load<u32>(r + ((side ^ 1) << 2), 4 * L.ISN_OF) + 1;
  const beyond = <i32>(ack - next);
  if (beyond < 0) return false;
  if (!plain) return true;
  return beyond <= (load<u32>(y, 4 * L.SND) === next ? FIRST_WINDOW : REACH);
}
