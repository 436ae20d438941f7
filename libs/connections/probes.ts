import { ACK, type Segment } from "@hangup/packets";
import { addressFingerprint } from "./fingerprints.ts";
import { portOf } from "./handshake.ts";
import * as L from "./layout.ts";
import { FORM_ABORT, formOf } from "./rst-form.ts";
import { ahead } from "./sequence.ts";
import type { Tracking } from "./tracking.ts";

/** A handshake that its client cut without a byte: what a health check does. */
export function isKnock(w: Int32Array, b: number): boolean {
  const f = w[b + L.FLAGS];
  const all = L.CLIENT_KNOWN | L.BY_RST;
  if ((f & all) !== all || (f & (L.PAYLOAD_0 | L.PAYLOAD_1 | L.FIN_0 | L.FIN_1)) !== 0) return false;
  // Without ACKs in the capture the SYN-ACK is all that is seen of the handshake.
  const server = b + L.SIDE + ((f & L.CLIENT_IS_1) === 0 ? L.SIDE_WORDS : 0);
  if ((w[server + L.BITS] & L.SENT_SYNACK) === 0) return false;
  return (f & L.FIRST_RST_IS_1) === ((f & L.CLIENT_IS_1) === 0 ? 0 : L.FIRST_RST_IS_1);
}

/** A tuple of which no payload was captured was reset or refused by `side`: who knocked? */
export function noteReset(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void {
  const f = w[b + L.FLAGS];
  if (!k.plainSeen && tellsPayload(w, b, side, s)) return;
  if (isKnock(w, b)) {
    const context = w[b + L.CONTEXT];
    k.notes.knock(
      addressFingerprint(w, b + L.ADDRESS + side * 4, context),
      addressFingerprint(w, b + L.ADDRESS + (side ^ 1) * 4, context),
      portOf(w, b, side ^ 1),
      s.timeUs,
    );
  }
  const packets = w[b + L.SIDE + L.PACKETS] + w[b + L.SIDE + L.SIDE_WORDS + L.PACKETS];
  // Nothing but this RST: the receiver of a bare one, or one with seq 0, is the one who asked.
  if (packets === 1) {
    if ((s.flags & ACK) === 0 || s.seq === 0) noteProbe(k, w, b, side ^ 1, s.timeUs, false);
    return;
  }
  const opener = (f & (L.CLIENT_KNOWN | L.ODD_OPEN)) !== 0;
  const client = (f & L.CLIENT_KNOWN) === 0 ? side ^ 1 : (f & L.CLIENT_IS_1) === 0 ? 0 : 1;
  noteProbe(k, w, b, client, s.timeUs, opener);
}

/** In a capture of flags alone: an abort whose numbers say that payload passed before it. */
function tellsPayload(w: Int32Array, b: number, side: number, s: Segment): boolean {
  if (formOf(s) !== FORM_ABORT) return false;
  return isBehindStart(w, b, side, s.seq) || isBehindStart(w, b, side ^ 1, s.ack);
}

/** A number of the side's that lies beyond the first behind its SYN. */
function isBehindStart(w: Int32Array, b: number, side: number, number: number): boolean {
  const known = (w[b + L.SIDE + side * L.SIDE_WORDS + L.BITS] & L.HAS_ISN) !== 0;
  return known && ahead(number, w[b + L.ISN_OF + side]) > 1;
}

/** `source` asked what a port of the other side does. `opener`: by SYN, or by a segment that opens nothing. */
export function noteProbe(
  k: Tracking,
  w: Int32Array,
  b: number,
  source: number,
  timeUs: number,
  opener: boolean,
): void {
  const context = w[b + L.CONTEXT];
  k.notes.probe(
    addressFingerprint(w, b + L.ADDRESS + source * 4, context),
    addressFingerprint(w, b + L.ADDRESS + (source ^ 1) * 4, context),
    portOf(w, b, source ^ 1),
    timeUs,
    opener,
  );
}
