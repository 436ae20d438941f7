import { ACK, RST, SYN, type Segment } from "@hangup/packets";
import { fitsSyn } from "./handshake.ts";
import * as L from "./layout.ts";
import { REACH } from "./limits.ts";
import * as R from "./rare-facts.ts";
import { ahead } from "./sequence.ts";
import type { Tracking } from "./tracking.ts";

/**
 * Mirror ports often show the two directions of a connection in two VLANs, tunnels too. `slot` is the tuple's record in another
 * context than the segment's: is it the segment's connection? Yes when nothing of the segment's side was seen there and its numbers
 * fit, and from then on for everything of that side in that context.
 */
export function isOtherDirection(k: Tracking, slot: number, side: number, s: Segment): boolean {
  const w = k.table.words;
  const b = k.table.base(slot);
  const split = R.SPLIT_CONTEXT << side;
  const known = k.rare.find(w, b);
  if (known >= 0) {
    const bits = k.rare.records.words[known + R.RARE_BITS];
    if ((bits & split) !== 0) return k.rare.records.words[known + R.OTHER_CONTEXT] === s.context;
    if ((bits & (R.SPLIT_CONTEXT << (side ^ 1))) !== 0) return false;
  }
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  if (w[x + L.PACKETS] !== 0 || (w[b + L.FLAGS] & L.STATE) === L.JUDGED || !continues(w, b, side, s)) return false;
  const at = k.rare.of(w, b);
  if (at < 0) return false;
  k.rare.records.words[at + R.OTHER_CONTEXT] = s.context;
  k.rare.records.words[at + R.RARE_BITS] |= split;
  return true;
}

/**
 * Does the segment acknowledge what the other side has sent, at about the number that the other side acknowledges? Or is it the bare
 * RST that answers such an acknowledgement?
 */
function continues(w: Int32Array, b: number, side: number, s: Segment): boolean {
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const yBits = w[y + L.BITS];
  if ((s.flags & (RST | ACK)) === RST) return (yBits & L.HAS_ACK) !== 0 && ahead(s.seq, w[y + L.ACKED]) === 0;
  if ((s.flags & ACK) === 0 || (yBits & L.HAS_SEQ) === 0) return false;
  if ((yBits & L.SENT_SYN) !== 0 && (yBits & L.HAS_ACK) === 0) return fitsSyn(w, b, side ^ 1, s.ack);
  if ((s.flags & SYN) !== 0 || (yBits & L.HAS_ACK) === 0) return false;
  return Math.abs(ahead(s.ack, w[y + L.SND])) <= REACH && Math.abs(ahead(s.seq, w[y + L.ACKED])) <= REACH;
}
