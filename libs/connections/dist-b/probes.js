import { ACK } from "@hangup/packets";
import { addressFingerprint } from "./fingerprints.js";
import { portOf } from "./handshake.js";
import * as L from "./layout.js";
/** A byteless tuple was reset or refused by `side`: who knocked? */
export function noteReset(k, w, b, side, s) {
  const f = w[b + L.FLAGS];
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
/** `source` asked what a port of the other side does. `opener`: by SYN, or by a segment that opens nothing. */
export function noteProbe(k, w, b, source, timeUs, opener) {
  const context = w[b + L.CONTEXT];
  k.scans.noteProbe(
    addressFingerprint(w, b + L.ADDRESS + source * 4, context),
    addressFingerprint(w, b + L.ADDRESS + (source ^ 1) * 4, context),
    portOf(w, b, source ^ 1),
    timeUs,
    opener,
  );
}
//# sourceMappingURL=probes.js.map
