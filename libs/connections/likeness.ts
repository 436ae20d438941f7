import type { EndedConnection } from "./ended.ts";
import * as L from "./layout.ts";
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
} from "./likeness-layout.ts";
import { FIRST_RTO_US } from "./limits.ts";

/** EndedConnection.likeness of `c`, whose record stands at `b`. */
export function likenessOf(w: Int32Array, b: number, c: EndedConnection): number {
  if (w[b + L.EXTRA] !== 0 || (w[b + L.MARKS] & ODD_MARKS) !== 0) return 0;
  if (c.client.retransmits !== 0 || c.server.retransmits !== 0) return 0;
  return (w[b + L.FLAGS] & L.STATE) === L.OPEN
    ? likenessOfOpen(w[b + L.FLAGS], c)
    : likenessOfClosed(w[b + L.FLAGS], c);
}

function likenessOfClosed(f: number, { flagsOnly, client, server }: EndedConnection): number {
  if ((f & ~(TELLING | ASIDE | (flagsOnly ? 0 : BEYOND))) !== BOTH_CLOSED) return 0;
  if (!client.hasIsn || !client.sentSyn || !server.hasIsn || !server.sentSynAck) return 0;
  return (
    (f & (TELLING | L.BY_FIN)) |
    (client.sentPayload ? CLIENT_SENT : 0) |
    (server.sentPayload ? SERVER_SENT : 0) |
    (flagsOnly ? FLAGS_ONLY : 0)
  );
}

/** Nothing but SYNs of one side was captured, and an answer was due. */
function likenessOfOpen(f: number, c: EndedConnection): number {
  if ((f & ~BY_EITHER) !== OPENED || !c.client.sentSyn || c.client.spoke || c.server.packets !== 0) return 0;
  if (c.occasion === "evicted" || c.occasion === "stopped" || c.nowUs - c.startUs < FIRST_RTO_US) return 0;
  return UNANSWERED | (c.syns > 1 ? SYN_REPEATED : 0) | (c.flagsOnly ? FLAGS_ONLY : 0);
}
