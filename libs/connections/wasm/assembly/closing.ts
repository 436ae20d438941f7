/*
 * AssemblyScript: the first FIN of a side.
 */
import * as A from "../../arena-layout";
import * as L from "../../layout";
import { REACHES_BACK_US, SOON_US } from "../../limits";
import { ack, payloadLength, seq, time, timeUs } from "./segment";
import { wholeOf } from "./whole";

/** The connection is open, the side has sent no FIN, and if this is the second there is nothing that it settles. */
export function mayClose(r: usize, f: u32, side: u32): bool {
  const other = L.FIN_0 << (side ^ 1);
  if ((f & ((L.SPECIAL & ~other) | L.CLIENT_KNOWN)) !== L.CLIENT_KNOWN) return false;
  if ((load<u32>(r, 4 * L.MARKS) & (L.FIN_GAP_0 << side)) !== 0) return false;
  if ((f & other) === 0) return true;
  if (load<u32>(r, 4 * L.EXTRA) !== 0) return false;
  return load<u32>(A.SETTLES) === 0;
}

/** A FIN was seen, or both, and no RST: an acknowledgement means no more than before. */
export function isAfterFin(f: u32): bool {
  const known = L.CLIENT_KNOWN | L.HANDSHAKE;
  if ((f & ((L.SPECIAL & ~(L.FIN_0 | L.FIN_1)) | known)) === known) return true;
  const ended = f & (L.STATE | L.PENDING | L.RST_SEEN | L.BY_FIN | L.BY_RST | L.BY_ICMP | known);
  return ended === (L.ENDED | L.BY_FIN | known);
}

/**
 * As takeFin; the second ends the connection.
 * @returns `f` with what the FIN makes of it.
 */
export function closeSide(r: usize, x: usize, y: usize, f: u32, side: u32): u32 {
  const end = seq + payloadLength + 1;
  const other = L.FIN_0 << (side ^ 1);
  store<u32>(r + (side << 2), end, 4 * L.FIN_END_OF);
  store<u32>(x, end, 4 * L.SND);
  store<u32>(x, seq, 4 * L.LAST_SEQ);
  store<u32>(x, (load<u32>(x, 4 * L.TRIES) & ~0xff00) | 0x100, 4 * L.TRIES);
  f |= L.FIN_0 << side;
  if ((f & other) === 0) {
    f = (f & ~L.FIN_FIRST_1) | (side * L.FIN_FIRST_1);
    const answered = (load<u32>(x, 4 * L.BITS) | load<u32>(y, 4 * L.BITS)) & L.SENT_SYNACK;
    if (answered !== 0 && time - load<u32>(r, 4 * L.EVENT_TIME) <= <u32>SOON_US) f |= L.FIN_SOON;
    store<u32>(r, time, 4 * L.EVENT_TIME);
    store<u32>(r, ack, 4 * L.FIN_ACK);
    return f;
  }
  const otherEnd = load<u32>(r + ((side ^ 1) << 2), 4 * L.FIN_END_OF);
  const acknowledged = load<u32>(r, 4 * L.FIN_ACK);
  if (<i32>(ack - otherEnd) >= 0) f |= L.FIN_ACKS_0 << side;
  if (<i32>(acknowledged - end) >= 0) f |= L.FIN_ACKS_0 << (side ^ 1);
  if (<i32>(end - 1 - acknowledged) > 0) f |= L.FIN_BEYOND_0 << side;
  if (<i32>(otherEnd - 1 - ack) > 0) f |= L.FIN_BEYOND_0 << (side ^ 1);
  const earliest = load<f64>(r, 4 * L.LAST_TIME) - REACHES_BACK_US;
  store<u32>(r, timeUs < earliest ? wholeOf(earliest) : time, 4 * L.END_TIME);
  return (f & ~(L.STATE | L.BY_ICMP)) | L.ENDED | L.BY_FIN;
}
