import * as A from "../../arena-layout";
import * as L from "../../layout";
import {
  ASIDE,
  BEYOND,
  BOTH_CLOSED,
  BY_EITHER,
  CLIENT_SENT,
  FLAGS_ONLY,
  ODD_MARKS,
  OPENED,
  SERVER_SENT,
  SYN_REPEATED,
  TELLING,
  UNANSWERED,
} from "../../likeness-layout";
import { FIRST_RTO_US } from "../../limits";
import { sideOf } from "./header";

const WRAPS = (3 << L.WRAPS_SHIFT_0) | (3 << L.WRAPS_SHIFT_1);

/** AssemblyScript: EndedConnection.likeness of the record `r` that has ended, as likenessOf; 0 too where more than 4 GiB were sent. */
export function likenessOfClosed(r: usize): u32 {
  const f = load<u32>(r, 4 * L.FLAGS);
  const flagsOnly = load<u32>(A.PLAIN_SEEN) === 0;
  if ((f & ~(TELLING | ASIDE | (flagsOnly ? 0 : BEYOND))) !== BOTH_CLOSED) return 0;
  if (load<u32>(r, 4 * L.EXTRA) !== 0 || (load<u32>(r, 4 * L.MARKS) & (ODD_MARKS | WRAPS)) !== 0) return 0;
  const client: u32 = (f & L.CLIENT_IS_1) === 0 ? 0 : 1;
  const x = sideOf(r, client);
  const y = sideOf(r, client ^ 1);
  const opened = L.HAS_ISN | L.SENT_SYN;
  const answered = L.HAS_ISN | L.SENT_SYNACK;
  if ((load<u32>(x, 4 * L.BITS) & opened) !== opened || (load<u32>(y, 4 * L.BITS) & answered) !== answered) return 0;
  if ((load<u32>(x, 4 * L.TRIES) | load<u32>(y, 4 * L.TRIES)) >>> 16 !== 0) return 0;
  let likeness = f & (TELLING | L.BY_FIN);
  if (flagsOnly) {
    likeness |= FLAGS_ONLY;
    if (tellsPayload(r, x, client)) likeness |= CLIENT_SENT;
    if (tellsPayload(r, y, client ^ 1)) likeness |= SERVER_SENT;
  } else {
    if ((f & (L.PAYLOAD_0 << client)) !== 0) likeness |= CLIENT_SENT;
    if ((f & (L.PAYLOAD_0 << (client ^ 1))) !== 0) likeness |= SERVER_SENT;
  }
  return likeness;
}

/** The same of a record that is open at the end of the capture, which comes at `nowUs`. */
export function likenessOfOpen(r: usize, nowUs: f64): u32 {
  const f = load<u32>(r, 4 * L.FLAGS);
  if ((f & ~BY_EITHER) !== OPENED) return 0;
  if (load<u32>(r, 4 * L.EXTRA) !== 0 || (load<u32>(r, 4 * L.MARKS) & (ODD_MARKS | L.SHADOW)) !== 0) return 0;
  const client: u32 = (f & L.CLIENT_IS_1) === 0 ? 0 : 1;
  const x = sideOf(r, client);
  if ((load<u32>(x, 4 * L.BITS) & (L.SENT_SYN | L.SPOKE)) !== L.SENT_SYN || load<u32>(x, 4 * L.TRIES) >>> 16 !== 0)
    return 0;
  if (load<u32>(sideOf(r, client ^ 1), 4 * L.PACKETS) !== 0) return 0;
  if (nowUs - load<f64>(r, 4 * L.FIRST_TIME) < FIRST_RTO_US) return 0;
  const repeated: u32 = load<u32>(r, 4 * L.COUNTS) >>> 24 > 1 ? SYN_REPEATED : 0;
  return UNANSWERED | repeated | (load<u32>(A.PLAIN_SEEN) === 0 ? FLAGS_ONLY : 0);
}

/** As bytesFromNumbers of a side that has closed: did it send any? */
function tellsPayload(r: usize, x: usize, side: u32): bool {
  if (load<u32>(x, 4 * L.BYTES) !== 0) return true;
  return load<u32>(r + (side << 2), 4 * L.FIN_END_OF) - 2 !== load<u32>(r + (side << 2), 4 * L.ISN_OF);
}
