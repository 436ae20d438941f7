import { ACK, FIN, type Segment } from "@hangup/packets";
import * as L from "./layout.ts";

/** An echo that comes later than this tells when the peer had something to say, not how far away it is. */
const LONGEST_TRIP_US = 4_000_000;

/** In TRIP_TO: none is known, and the first value waited for may have gone out before the capture began. */
const NONE_YET = -1;

/**
 * The round trips of a connection whose opening was not captured, from its timestamps (RFC 7323 4): a segment's value comes back with
 * the first segment that the peer sends after it. Runs before the payload is accounted, for every segment but SYNs and RSTs while no
 * SYN is known and nothing has ended; `heard`: timestamps of this side were seen before.
 *
 * The words that it writes are those that opening and end would use (layout.ts).
 */
export function noteTimestamps(w: Int32Array, b: number, side: number, s: Segment, heard: boolean): void {
  const peer = side ^ 1;
  const f = w[b + L.FLAGS];
  if ((f & (L.FIN_0 | L.FIN_1)) !== 0) {
    noteEchoOfFin(w, b, side, s, f);
    return;
  }
  const since = w[b + L.AWAITED_SINCE + peer];
  if (since !== 0 && (s.flags & ACK) !== 0) {
    const beyond = (s.tsEcr - w[b + L.AWAITED_OF + peer]) | 0;
    if (beyond === 0) noteTrip(w, b, side, ((s.timeUs | 0) - since) >>> 0);
    // A later one came back: that of the value waited for was not captured, or there is none.
    if (beyond >= 0) w[b + L.AWAITED_SINCE + peer] = 0;
  }

  // Only of a value's first segment is it known that no earlier one can have drawn the echo.
  const isNew = !heard || ((s.tsVal - w[b + L.NEWEST_OF + side]) | 0) > 0;
  if (isNew) w[b + L.NEWEST_OF + side] = s.tsVal;
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  // Behind a gap in the numbers segments with the same value may be missing.
  const isFirst = isNew && ((w[x + L.BITS] & L.HAS_SEQ) === 0 || (s.seq | 0) === w[x + L.SND]);
  if ((s.flags & FIN) !== 0) {
    if (isFirst) w[b + L.MARKS] |= L.FIN_TIMED;
    else w[b + L.MARKS] &= ~L.FIN_TIMED;
  } else {
    if (!isFirst || s.payloadLength === 0 || w[b + L.AWAITED_SINCE + side] !== 0) return;
    w[b + L.AWAITED_OF + side] = s.tsVal;
    w[b + L.AWAITED_SINCE + side] = s.timeUs;
  }
  if (!heard) w[b + L.TRIP_TO + peer] = NONE_YET;
}

/** The first FIN has closed the books but for its own echo; its time is EVENT_TIME, its value the newest of its side. */
function noteEchoOfFin(w: Int32Array, b: number, side: number, s: Segment, f: number): void {
  const closer = (f & L.FIN_FIRST_1) === 0 ? 0 : 1;
  if (side === closer || (w[b + L.MARKS] & L.FIN_TIMED) === 0 || (s.flags & ACK) === 0) return;
  const beyond = (s.tsEcr - w[b + L.NEWEST_OF + closer]) | 0;
  if (beyond === 0) noteTrip(w, b, side, ((s.timeUs | 0) - w[b + L.EVENT_TIME]) >>> 0);
  if (beyond >= 0) w[b + L.MARKS] &= ~L.FIN_TIMED;
}

/**
 * Of several round trips the shortest says most: the others hold delayed acknowledgements too. That of the first value captured is
 * kept as a negative number and gives way to the next, whatever that is: its value may have gone out before the capture began.
 */
function noteTrip(w: Int32Array, b: number, side: number, trip: number): void {
  const at = b + L.TRIP_TO + side;
  const known = w[at];
  if (trip === 0 || trip > LONGEST_TRIP_US) return;
  if (known === NONE_YET) w[at] = -trip;
  else if (known <= 0 || trip < known) w[at] = trip;
}

/** Round trip from here to the side, µs, 0 when unknown; of a connection whose client is not known from its opening. */
export function tripTo(w: Int32Array, b: number, side: number): number {
  const trip = w[b + L.TRIP_TO + side];
  return trip === NONE_YET ? 0 : Math.abs(trip);
}
