/*
 * AssemblyScript: segments without SYN and RST, where they are the next of their side.
 */
import * as A from "../../arena-layout";
import * as H from "../../letters";
import * as L from "../../layout";
import { FIRST_WINDOW, REACH } from "../../limits";
import { closeSide, isAfterFin, mayClose } from "./closing";
import { FIN } from "./flags";
import { accountHeader, between, lastIs, sideOf } from "./header";
import { append } from "./history";
import { noteTalk } from "./notes";
import { ack, destination, flags, payloadLength, ports, seq, source, time, ttl } from "./segment";
import { recordOf, side } from "./table";
import { takeNew } from "./taking";

/**
 * Payload, a pure acknowledgement, or a FIN: what accountHeader, accountPayload and recordFin do where all is as expected.
 * @returns whether it is taken; else nothing has changed.
 */
export function takeNext(slot: i32): bool {
  if (slot < 0) return false;
  const r = recordOf(slot);
  const x = sideOf(r, side);
  const y = sideOf(r, side ^ 1);
  let f = load<u32>(r, 4 * L.FLAGS);
  const before = load<u32>(x, 4 * L.BITS);
  const fin = (flags & FIN) !== 0;
  const plain = load<u32>(A.PLAIN_SEEN) !== 0;
  let marks = load<u32>(r, 4 * L.MARKS);
  if (fin) {
    if (!mayClose(r, f, side)) return false;
  } else if ((f & (L.SPECIAL | L.CLIENT_KNOWN)) !== L.CLIENT_KNOWN && !(payloadLength === 0 && isAfterFin(f)))
    return false;
  if ((before & (L.HAS_SEQ | L.STALE_ACK)) !== L.HAS_SEQ || (load<u32>(x, 4 * L.TTLS) & 255) !== ttl) return false;
  const missing = seq - load<u32>(x, 4 * L.SND);
  if (missing !== 0 && !(fin && !plain && isAllMissing(r, x, before, missing))) return false;
  // The first acknowledgement is believed where it meets what the peer has sent.
  if ((before & L.HAS_ACK) !== 0) {
    if (ack - load<u32>(x, 4 * L.ACKED) > <u32>REACH) return false;
  } else if (plain && !isNext(y, ack)) return false;
  if (<u32>payloadLength > ~load<u32>(x, 4 * L.BYTES)) return false;
  const handshake = (f & L.HANDSHAKE) === 0 && completesHandshake(r, y, plain);

  if (!takeNew((slot << 1) | side)) return true;
  store<u32>(x, accountHeader(r, x, y) | L.HAS_ACK | L.SPOKE, 4 * L.BITS);
  store<u32>(x, ack, 4 * L.ACKED);
  f = lastIs(f, side);
  if (handshake) {
    f |= L.HANDSHAKE;
    if ((f & (L.FIN_0 | L.FIN_1)) === 0) store<u32>(r, between(load<u32>(r, 4 * L.EVENT_TIME), time), 4 * L.RTT_CLIENT);
  }
  const once: u32 = (payloadLength === 0 ? H.ONCE_A : H.ONCE_D) << side;
  const first = (marks & once) === 0 && !(fin && payloadLength === 0);
  if (first)
    marks = append(r, marks | once, payloadLength === 0 ? H.LETTER_A : H.LETTER_D, side, H.ROOM_BEFORE_THE_END);
  if (payloadLength !== 0) {
    if (first) {
      const isClient = side === ((f & L.CLIENT_IS_1) === 0 ? 0 : 1);
      if (isClient) store<u32>(r, time, 4 * L.DATA_TIME);
      if ((f & (L.PAYLOAD_0 | L.PAYLOAD_1)) === 0) {
        if (isClient) noteTalk(source, destination, ports & 0xffff);
        else noteTalk(destination, source, ports >>> 16);
      }
      f |= side === 0 ? L.PAYLOAD_0 : L.PAYLOAD_1;
    }
    f = (f & ~L.LAST_PAYLOAD_IS_1) | (side === 0 ? 0 : L.LAST_PAYLOAD_IS_1);
    store<u32>(x, seq + payloadLength, 4 * L.SND);
    store<u32>(x, seq, 4 * L.LAST_SEQ);
    store<u32>(x, (load<u32>(x, 4 * L.TRIES) & ~0xff00) | 0x100, 4 * L.TRIES);
    store<u32>(x, load<u32>(x, 4 * L.BYTES) + payloadLength, 4 * L.BYTES);
  }
  if (fin) {
    if (missing !== 0) marks |= L.FIN_GAP_0 << side;
    f = closeSide(r, x, y, f, side);
    marks = append(r, marks, H.LETTER_F, side, H.ROOM);
  }
  store<u32>(r, marks, 4 * L.MARKS);
  store<u32>(r, f, 4 * L.FLAGS);
  return true;
}

/** In a capture of flags alone: between SYN and this FIN, which has no payload, all that the side sent is missing (noteMissing). */
function isAllMissing(r: usize, x: usize, bits: u32, missing: u32): bool {
  return (
    payloadLength === 0 &&
    missing <= <u32>REACH &&
    (bits & L.HAS_ISN) !== 0 &&
    load<u32>(x, 4 * L.SND) === load<u32>(r + (side << 2), 4 * L.ISN_OF) + 1
  );
}

/** Is it the next number of a side whose numbers are known? */
function isNext(y: usize, number: u32): bool {
  return (load<u32>(y, 4 * L.BITS) & L.HAS_SEQ) !== 0 && load<u32>(y, 4 * L.SND) === number;
}

/** As completeHandshake. */
function completesHandshake(r: usize, y: usize, plain: bool): bool {
  if ((load<u32>(y, 4 * L.BITS) & L.SENT_SYNACK) === 0) return false;
  const next = load<u32>(r + ((side ^ 1) << 2), 4 * L.ISN_OF) + 1;
  const reach: i32 = load<u32>(y, 4 * L.SND) === next ? FIRST_WINDOW : REACH;
  const beyond = <i32>(ack - next);
  return beyond >= 0 && (beyond <= reach || !plain);
}
