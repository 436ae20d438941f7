import { ACK, type Segment } from "@hangup/packets";
import { accountHeader } from "./accounting.ts";
import { mayYetGoOn } from "./after-reset.ts";
import { fitsSyn, recordSyn, repeatSyn, startRecord } from "./handshake.ts";
import * as L from "./layout.ts";
import type { Lifetimes } from "./lifetimes.ts";
import * as R from "./rare-facts.ts";
import { ahead } from "./sequence.ts";
import type { TrackerCounters, Tracking } from "./tracking.ts";

/** The segment is none of the waiting SYN's. */
export const NOT_TAKEN = -1;
/** The segment was the waiting SYN's, and is done with. */
export const DONE = -2;

/**
 * A SYN with another ISN on a live tuple opens nothing by itself (RFC 9293 3.10.7.4: it draws a challenge ACK). It waits in a record
 * of its own, which takes the tuple over when a SYN-ACK or refusal answers it, when it comes again behind the RST that ended
 * the old connection, or when nothing of the old one follows.
 *
 * The `takes…` methods say whom a segment on such a tuple concerns: a slot (the waiting record has taken the tuple, and
 * the segment is for it), NOT_TAKEN (it is the old connection's) or DONE.
 */
export class WaitingSyns {
  readonly #k: Tracking;
  readonly #lifetimes: Lifetimes;
  readonly #counters: TrackerCounters;

  constructor(k: Tracking, lifetimes: Lifetimes, counters: TrackerCounters) {
    this.#k = k;
    this.#lifetimes = lifetimes;
    this.#counters = counters;
  }

  /** A SYN with another ISN begins to wait. False where there is no room for it. */
  wait(slot: number, w: Int32Array, b: number, side: number, s: Segment): boolean {
    const { table, rare } = this.#k;
    if (!table.hasRoom) this.#lifetimes.makeRoom(this.#k.now, slot);
    const at = rare.of(w, b);
    if (!table.hasRoom || at < 0) {
      this.#counters.untracked++;
      return false;
    }
    if ((w[b + L.FLAGS] & L.STATE) === L.OPEN) w[b + L.MARKS] |= L.OTHER_SYN;
    table.side = side;
    const waiting = table.allocate(s);
    const pw = table.words;
    const pb = table.base(waiting);
    const pt = table.times;
    startRecord(pt, pb, s);
    this.#counters.connections++;
    pw[pb + L.MARKS] |= L.SHADOW;
    accountHeader(this.#k, pw, pt, pb, side, s);
    recordSyn(this.#k, pw, pb, side, s);
    rare.records.words[at + R.PENDING_SLOT] = waiting + 1;
    w[b + L.FLAGS] |= L.PENDING;
    w[b + L.MARKS] &= ~L.FOLLOWED;
    return true;
  }

  takesSyn(slot: number, w: Int32Array, b: number, side: number, s: Segment): number {
    const { table, rare } = this.#k;
    const waiting = this.#lifetimes.pendingOf(w, b);
    const pw = table.words;
    const pb = table.base(waiting);
    const px = pb + L.SIDE + side * L.SIDE_WORDS;
    if ((pw[px + L.BITS] & L.SENT_SYN) !== 0 && pw[pb + L.ISN_OF + side] === (s.seq | 0)) {
      accountHeader(this.#k, pw, table.times, pb, side, s);
      repeatSyn(pw, pb, side, s);
      const ended = (w[b + L.FLAGS] & L.STATE) !== L.OPEN && (w[b + L.FLAGS] & L.BY_RST) !== 0;
      if (ended && !mayYetGoOn(rare, w, b)) this.#lifetimes.promote(slot);
      return DONE;
    }
    if ((w[b + L.MARKS] & L.FOLLOWED) === 0) return this.#lifetimes.promote(slot);
    this.#lifetimes.dropPending(slot);
    return NOT_TAKEN;
  }

  takesSynAck(slot: number, w: Int32Array, b: number, side: number, s: Segment): number {
    const waiting = this.#lifetimes.pendingOf(w, b);
    const pw = this.#k.table.words;
    const pb = this.#k.table.base(waiting);
    if (synSideOf(pw, pb) !== side && fitsSyn(pw, pb, side ^ 1, s.ack)) return this.#lifetimes.promote(slot);
    w[b + L.MARKS] |= L.FOLLOWED;
    return NOT_TAKEN;
  }

  takesRst(slot: number, w: Int32Array, b: number, side: number, s: Segment): number {
    const waiting = this.#lifetimes.pendingOf(w, b);
    const pw = this.#k.table.words;
    const pb = this.#k.table.base(waiting);
    const synSide = synSideOf(pw, pb);
    const refuses = side !== synSide && (s.flags & ACK) !== 0 && fitsSyn(pw, pb, synSide, s.ack);
    const gaveUp = side === synSide && ahead(s.seq, pw[pb + L.ISN_OF + side]) === 1;
    if (refuses || gaveUp) return this.#lifetimes.promote(slot);
    w[b + L.MARKS] |= L.FOLLOWED;
    if (side !== synSide) return NOT_TAKEN;
    if ((w[b + L.FLAGS] & L.BY_FIN) === 0) w[b + L.MARKS] |= L.SYN_THEN_RST;
    else {
      // SYN, ACK and RST trail: TIME-WAIT answered the SYN as one of the old connection's.
      const at = this.#k.rare.of(w, b);
      if (at >= 0) this.#k.rare.records.words[at + R.RARE_BITS] |= R.SYN_TRAILING;
      this.#lifetimes.dropPending(slot);
    }
    return NOT_TAKEN;
  }

  /** A segment without SYN and RST: does it continue the waiting SYN, whose SYN-ACK was not captured? */
  takesSegment(slot: number, w: Int32Array, b: number, side: number, s: Segment): number {
    const waiting = this.#lifetimes.pendingOf(w, b);
    const pw = this.#k.table.words;
    const pb = this.#k.table.base(waiting);
    const synSide = synSideOf(pw, pb);
    const next = (pw[pb + L.ISN_OF + synSide] + 1) | 0;
    const old = w[b + L.SIDE + synSide * L.SIDE_WORDS + L.SND];
    if (next !== old && ((side === synSide ? s.seq : s.ack) | 0) === next) return this.#lifetimes.promote(slot);
    w[b + L.MARKS] |= L.FOLLOWED;
    return NOT_TAKEN;
  }
}

function synSideOf(w: Int32Array, b: number): number {
  return (w[b + L.FLAGS] & L.CLIENT_IS_1) === 0 ? 0 : 1;
}
