import { ACK, FIN, type Segment } from "@hangup/packets";
import * as L from "./layout.ts";
import type { RareFacts } from "./rare-facts.ts";
import type { Tracking } from "./tracking.ts";

/*
 * In a capture of SYN, FIN and RST alone all that a side sends is missing, in one gap between its SYN and its FIN, and the numbers
 * tell how much that was (view-bytes.ts). Such a gap is but a mark, which takes no record of rare facts. A hole is made of it before
 * anything of it changes or could fill it: its side sends more, or a segment with none of the three flags is captured.
 */

/** All between the side's highest number and this segment is missing; runs before that number rises. */
export function noteMissing(k: Tracking, w: Int32Array, b: number, side: number, s: Segment): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const next = w[x + L.SND];
  if (!k.plainSeen && (w[x + L.BITS] & L.HAS_ISN) !== 0 && next === ((w[b + L.ISN_OF + side] + 1) | 0)) {
    // From the FIN that is taken on, LAST_SEQ tells where the gap ends.
    if ((s.flags & (FIN | ACK)) === (FIN | ACK) && (w[b + L.FLAGS] & (L.FIN_0 << side)) === 0) {
      w[b + L.MARKS] |= L.FIN_GAP_0 << side;
      return;
    }
  }
  k.rare.openHole(w, b, side, next, s.seq | 0);
}

/** Makes a hole of the gap before the side's FIN, if there is one. */
export function openGap(rare: RareFacts, w: Int32Array, b: number, side: number): void {
  const gap = L.FIN_GAP_0 << side;
  if ((w[b + L.MARKS] & gap) === 0) return;
  w[b + L.MARKS] &= ~gap;
  const end = w[b + L.SIDE + side * L.SIDE_WORDS + L.LAST_SEQ];
  rare.openHole(w, b, side, (w[b + L.ISN_OF + side] + 1) | 0, end);
}

/** The same for all connections. */
export function openGaps({ table, rare }: Tracking): void {
  for (let slot = 0; slot < table.high; slot++) {
    const w = table.words;
    const b = table.base(slot);
    if ((w[b + L.FLAGS] & L.STATE) === L.FREE) continue;
    openGap(rare, w, b, 0);
    openGap(rare, w, b, 1);
  }
}
