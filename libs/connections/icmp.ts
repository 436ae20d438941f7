import type { Segment } from "@hangup/packets";
import * as L from "./layout.ts";
import { ICMP_ERROR, ICMP_QUOTES, RARE_BITS, type RareFacts } from "./rare-facts.ts";

/**
 * An ICMP error that quotes a segment of `side`: an answer to a SYN that has no other, evidence on anything else. Answers whether it
 * ends the row.
 */
export function endedByIcmp(rare: RareFacts, w: Int32Array, b: number, side: number, s: Segment): boolean {
  const at = rare.of(w, b);
  if (at < 0) return false;
  rare.records.words[at + ICMP_ERROR] = s.icmp;
  rare.records.words[at + RARE_BITS] |= ICMP_QUOTES;
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const onlySyn = (w[x + L.BITS] & (L.SENT_SYN | L.SPOKE)) === L.SENT_SYN && w[y + L.PACKETS] === 0;
  const unreachable = s.family === 6 ? s.icmp >>> 8 === 1 : s.icmp >>> 8 === 3 && (s.icmp & 255) !== 4;
  if ((w[b + L.FLAGS] & L.STATE) !== L.OPEN || !onlySyn || !unreachable || w[b + L.ISN_OF + side] !== (s.seq | 0))
    return false;
  w[b + L.FLAGS] |= L.ENDED | L.BY_ICMP;
  w[b + L.END_TIME] = s.timeUs;
  return true;
}
