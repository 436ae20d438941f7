import { CLIENT, SERVER, type EndedConnection } from "@hangup/connections";
import { E } from "../evidence.ts";
import type { Rule } from "../rule.ts";
import type { Signs } from "../signs.ts";

/** Crossing data of a short path must not pass for data behind a FIN. */
const SHORTEST_CROSSING_US = 20_000;

/** Whoever closed first had closed for good: it answered what came later by RST. */
function wasRefused(c: EndedConnection, { firstFin }: Signs): boolean {
  return c.rstTrailing && c.firstRst === firstFin;
}

/** Both FINs came before any RST that counts. */
export const FIN_RULES: readonly Rule[] = [
  {
    cause: "half_close",
    needs: ["F", "H"],
    confidence: [95, 65],
    source: "RFC 9293 3.6: a side that has closed may still receive",
    confusedWith: ["fin_client_first", "fin_server_first"],
    match(c, { evidence, signs }) {
      if (signs.finsCrossed || wasRefused(c, signs)) return 0;
      const second = signs.firstFin === CLIENT ? c.server : c.client;
      if (!c.flagsOnly) return evidence.note(E.sent_after_fin, second.wentOnAfterFin) ? 95 : 0;
      const crossing = Math.max(2 * c.server.roundTripUs, SHORTEST_CROSSING_US);
      return evidence.note(E.fin_beyond, second.finBeyond && c.finGapUs > crossing) ? 65 : 0;
    },
  },
  {
    cause: "access_denied",
    kind: "fin",
    needs: ["F"],
    confidence: [60],
    source: "hosts_access(5): the server accepts and closes before a byte",
    confusedWith: ["fin_server_first"],
    match(c, { evidence, signs }) {
      if (signs.firstFin !== SERVER || signs.finsCrossed || !c.server.sentSynAck || !c.finSoon) return 0;
      if (c.client.sentPayload || c.server.sentPayload) return 0;
      evidence.note(E.no_payload, true);
      evidence.note(E.closed_soon, true);
      return 60;
    },
  },
  {
    cause: "fin_simultaneous",
    needs: ["F"],
    confidence: [95],
    source: "RFC 9293 3.6, figure 13: simultaneous close",
    confusedWith: [],
    match: (_c, { evidence, signs }) => (evidence.note(E.fins_crossed, signs.finsCrossed) ? 95 : 0),
  },
  {
    cause: "fin_client_first",
    needs: ["F"],
    confidence: [95],
    source: "RFC 9293 3.6, figure 12: normal close",
    confusedWith: [],
    match: (_c, { evidence, signs }) => (signs.firstFin === CLIENT && evidence.note(E.fin_acknowledged, true) ? 95 : 0),
  },
  {
    cause: "fin_server_first",
    needs: ["F"],
    confidence: [95],
    source: "RFC 9293 3.6, figure 12: normal close",
    confusedWith: [],
    match: (_c, { evidence, signs }) => (signs.firstFin === SERVER && evidence.note(E.fin_acknowledged, true) ? 95 : 0),
  },
];
