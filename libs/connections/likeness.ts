import type { EndedConnection } from "./ended.ts";
import * as L from "./layout.ts";

/** What every such connection has, */
const BOTH_CLOSED = L.ENDED | L.BY_FIN | L.CLIENT_KNOWN | L.FIN_0 | L.FIN_1;
/** what tells them apart, */
const TELLING =
  L.CLIENT_IS_1 |
  L.HANDSHAKE |
  L.FIN_FIRST_1 |
  L.FIN_ACKS_0 |
  L.FIN_ACKS_1 |
  L.HALF_CLOSE_0 |
  (L.HALF_CLOSE_0 << 1) |
  L.FIN_SOON;
/** and what says nothing of the end. Anything else makes one a case of its own. */
const ASIDE = L.DETACHED | L.IPV6 | L.LAST_IS_1 | L.LAST_PAYLOAD_IS_1 | L.PAYLOAD_0 | L.PAYLOAD_1;
/** In a capture of flags how far apart the FINs are decides what this means. */
const BEYOND = L.FIN_BEYOND_0 | L.FIN_BEYOND_1;
const ODD_MARKS = L.MISFIT_SYNACK | L.OTHER_SYN | L.BOTH_SYNS;

const CLIENT_SENT = 1 << 0;
const SERVER_SENT = 1 << 1;
/** Beside BY_FIN, which keeps a likeness from being 0. */
const FLAGS_ONLY = 1 << 3;

/** EndedConnection.likeness of `c`, whose record stands at `b`. */
export function likenessOf(w: Int32Array, b: number, c: EndedConnection): number {
  const { flagsOnly, client, server } = c;
  const f = w[b + L.FLAGS];
  if ((f & ~(TELLING | ASIDE | (flagsOnly ? 0 : BEYOND))) !== BOTH_CLOSED) return 0;
  if (w[b + L.EXTRA] !== 0 || (w[b + L.MARKS] & ODD_MARKS) !== 0) return 0;
  if (!client.hasIsn || !client.sentSyn || !server.hasIsn || !server.sentSynAck) return 0;
  if (client.retransmits !== 0 || server.retransmits !== 0) return 0;
  return (
    (f & (TELLING | L.BY_FIN)) |
    (client.sentPayload ? CLIENT_SENT : 0) |
    (server.sentPayload ? SERVER_SENT : 0) |
    (flagsOnly ? FLAGS_ONLY : 0)
  );
}
