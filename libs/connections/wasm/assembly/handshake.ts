/*
 * AssemblyScript: SYN and SYN-ACK where they open a connection as usual. Each answers whether it is taken; else nothing has changed.
 */
import * as H from "../../letters";
import * as L from "../../layout";
import { accountHeader, between, lastIs, sideOf } from "./header";
import { append } from "./history";
import { noteListener, noteServerTtl, noteTtl } from "./notes";
import { ack, destination, payloadLength, ports, seq, source, time, timeUs, ttl } from "./segment";
import { elsewhere, hasRoom, insert, recordOf, side } from "./table";
import { begin } from "./timer-wheel";
import { takeFirst, takeNew } from "./taking";

/** A SYN of a tuple that has no record, or the same again. */
export function takeSyn(slot: i32): bool {
  if (payloadLength !== 0) return false;
  if (slot >= 0) return repeatSyn(slot);
  // Of an address that sends such TTLs more is noted.
  if (elsewhere || ttl <= 2 || ttl >= 254 || !hasRoom()) return false;
  const opened = insert();
  takeFirst((opened << 1) | side);
  begin(opened);

  const r = recordOf(opened);
  const x = sideOf(r, side);
  store<f64>(r, timeUs, 4 * L.FIRST_TIME);
  store<f64>(r, timeUs, 4 * L.LAST_TIME);
  const bits = accountHeader(r, x, sideOf(r, side ^ 1));
  store<u32>(x, ttl, 4 * L.TTLS);
  noteTtl(source, ttl);
  store<u32>(r + (side << 2), seq, 4 * L.ISN_OF);
  store<u32>(x, seq + 1, 4 * L.SND);
  store<u32>(x, bits | L.HAS_ISN | L.HAS_SEQ | L.SENT_SYN, 4 * L.BITS);
  store<u32>(r, L.CLIENT_KNOWN | (side === 0 ? 0 : L.CLIENT_IS_1 | L.LAST_IS_1), 4 * L.FLAGS);
  store<u32>(r, time, 4 * L.EVENT_TIME);
  store<u32>(r, 1 << 24, 4 * L.COUNTS);
  store<u32>(r, append(r, 0, H.LETTER_S, side, H.ROOM_BEFORE_THE_END), 4 * L.MARKS);
  noteListener(destination, ports & 0xffff);
  return true;
}

function repeatSyn(slot: u32): bool {
  const r = recordOf(slot);
  const x = sideOf(r, side);
  const y = sideOf(r, side ^ 1);
  const f = load<u32>(r, 4 * L.FLAGS);
  const sent = L.HAS_ISN | L.SENT_SYN;
  if ((f & L.SPECIAL) !== 0 || (load<u32>(x, 4 * L.BITS) & sent) !== sent) return false;
  if (load<u32>(r + (side << 2), 4 * L.ISN_OF) !== seq || (load<u32>(x, 4 * L.TTLS) & 255) !== ttl) return false;
  if (!takeNew((slot << 1) | side)) return true;
  store<u32>(x, accountHeader(r, x, y), 4 * L.BITS);
  store<u32>(r, lastIs(f, side), 4 * L.FLAGS);
  const counts = load<u32>(r, 4 * L.COUNTS);
  if (counts >>> 24 < 255) store<u32>(r, counts + (1 << 24), 4 * L.COUNTS);
  if ((load<u32>(y, 4 * L.BITS) & L.SENT_SYNACK) === 0) store<u32>(r, time, 4 * L.EVENT_TIME);
  return true;
}

/** The first segment of a server, which acknowledges the client's SYN. */
export function takeSynAck(slot: i32): bool {
  if (slot < 0 || payloadLength !== 0) return false;
  const r = recordOf(slot);
  const x = sideOf(r, side);
  const y = sideOf(r, side ^ 1);
  const f = load<u32>(r, 4 * L.FLAGS);
  if ((f & (L.SPECIAL | L.CLIENT_KNOWN)) !== L.CLIENT_KNOWN || load<u32>(x, 4 * L.PACKETS) !== 0) return false;
  if ((load<u32>(y, 4 * L.BITS) & L.SENT_SYN) === 0) return false;
  if (load<u32>(r + ((side ^ 1) << 2), 4 * L.ISN_OF) + 1 !== ack || load<u32>(y, 4 * L.SND) !== ack) return false;
  if (!takeNew((slot << 1) | side)) return true;
  const bits = accountHeader(r, x, y);
  store<u32>(x, ttl, 4 * L.TTLS);
  noteTtl(source, ttl);
  store<u32>(r + (side << 2), seq, 4 * L.ISN_OF);
  store<u32>(x, seq + 1, 4 * L.SND);
  store<u32>(x, 0, 4 * L.BYTES);
  store<u32>(x, ack, 4 * L.ACKED);
  store<u32>(x, bits | L.HAS_ISN | L.HAS_SEQ | L.HAS_ACK | L.SENT_SYNACK, 4 * L.BITS);
  store<u32>(r, lastIs(f, side), 4 * L.FLAGS);
  store<u32>(r, between(load<u32>(r, 4 * L.EVENT_TIME), time), 4 * L.RTT_SERVER);
  store<u32>(r, time, 4 * L.EVENT_TIME);
  const counts = load<u32>(r, 4 * L.COUNTS);
  if (((counts >>> 16) & 255) < 255) store<u32>(r, counts + (1 << 16), 4 * L.COUNTS);
  store<u32>(r, append(r, load<u32>(r, 4 * L.MARKS), H.LETTER_H, side, H.ROOM_BEFORE_THE_END), 4 * L.MARKS);
  noteServerTtl(source, ttl, ports >>> 16);
  return true;
}
