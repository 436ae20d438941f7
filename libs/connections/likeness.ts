import type { EndedConnection } from "./ended.ts";
import * as L from "./layout.ts";
import {
  ASIDE,
  BEYOND,
  BOTH_CLOSED,
  CLIENT_SENT,
  FLAGS_ONLY,
  ODD_MARKS,
  SERVER_SENT,
  TELLING,
} from "./likeness-layout.ts";

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
