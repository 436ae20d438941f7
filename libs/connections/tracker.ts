import { ACK, FIN, RST, SYN, type Segment } from "@hangup/packets";
import { accountHeader, accountPayload } from "./accounting.ts";
import { livedOn, ignore, noteAfterRst, noteSynAckAfterRst, noteSynAfterRst } from "./after-reset.ts";
import { noteHalfClose, recordFin, settleAlternative } from "./closing.ts";
import { addressFingerprint, FingerprintSet } from "./fingerprints.ts";
import { fitsSyn, mayHaveOpened, portOf, recordSyn, recordSynAck, repeatSyn, repeatSynAck } from "./handshake.ts";
import { appendLetter, appendOnce, LETTER_H, LETTER_Q } from "./history.ts";
import { Hosts } from "./hosts.ts";
import * as L from "./layout.ts";
import { Lifetimes, type EndedSink } from "./lifetimes.ts";
import * as R from "./rare-facts.ts";
import { RareFacts } from "./rare-facts.ts";
import { RecentPackets } from "./recent-packets.ts";
import { RST_ENDS, recordRst } from "./resets.ts";
import { Scans } from "./scans.ts";
import { ahead } from "./sequence.ts";
import { ConnectionTable } from "./table.ts";
import type { Tracking } from "./tracking.ts";

const { FLAGS, SPECIAL } = L;

export interface TrackerOptions {
  /** A connection is judged so long after the segment that ended it, µs; null: when it is forgotten, or at the end (a file). */
  readonly settleUs: number | null;
  /** Silence after which a connection is looked at for a timeout, µs. */
  readonly silenceUs: number;
  /** Cap on the table's memory; when it is reached, half-open connections go first. */
  readonly maxMemoryBytes: number;
  /** Fixes the hash, for tests. */
  readonly seed?: number;
}

export class TrackerCounters {
  /** TCP segments, copies included. */
  segments = 0;
  /** Copies of a segment that was seen just before. */
  copies = 0;
  /** Connections that were begun. */
  connections = 0;
  /** Connections forgotten before their end because memory was short, by what they were. */
  evictedHalfOpen = 0;
  evictedIdle = 0;
  /** Ended connections that had to be judged before their time. */
  evictedEnded = 0;
  /** Segments that found no room at all. */
  untracked = 0;
}

/**
 * Segments in, ended connections out, each exactly once: what causes.md calls one row. Capture time is the only clock.
 */
export class Tracker implements Tracking {
  readonly table: ConnectionTable;
  readonly rare = new RareFacts();
  readonly hosts = new Hosts();
  readonly listeners = new FingerprintSet(1 << 16);
  readonly scans = new Scans();
  readonly counters = new TrackerCounters();
  plainSeen = false;
  readonly #recent = new RecentPackets();
  readonly #lifetimes: Lifetimes;
  #now = -Infinity;
  #nextTurn = -Infinity;

  /** `sink` gets each connection that has ended, fallen silent, or is left at the end; the object is used again for the next. */
  constructor(options: TrackerOptions, sink: EndedSink) {
    this.table = new ConnectionTable(options.maxMemoryBytes, options.seed);
    this.#lifetimes = new Lifetimes(this, this.counters, options, sink);
  }

  /** The latest capture time seen, µs. */
  get now(): number {
    return this.#now;
  }

  track(s: Segment): void {
    if (s.timeUs > this.#now) {
      this.#now = s.timeUs;
      if (s.timeUs >= this.#nextTurn) this.advance(s.timeUs);
    }
    this.counters.segments++;
    if (s.icmp !== 0) {
      this.#icmp(s);
      return;
    }
    const { table } = this;
    const slot = table.find(s);
    const { side } = table;
    if (slot < 0) {
      this.#begin(s, side, -1);
      return;
    }
    if (this.#recent.isCopy((slot << 1) | side, s)) {
      this.counters.copies++;
      return;
    }
    const w = table.words(slot);
    const b = table.base(slot);
    const t = table.times(slot);
    if ((w[b + FLAGS] & SPECIAL) === 0 && (s.flags & (SYN | FIN | RST)) === 0) {
      this.plainSeen = true;
      accountHeader(this, w, t, b, side, s);
      accountPayload(this, w, b, side, s);
      return;
    }
    if ((s.flags & RST) !== 0) this.#rst(slot, w, t, b, side, s);
    else if ((s.flags & SYN) === 0) this.#special(slot, w, t, b, side, s);
    else if ((s.flags & ACK) === 0) this.#syn(slot, w, t, b, side, s);
    else this.#synAck(slot, w, t, b, side, s);
  }

  /** The capture has come to this time: judges what has settled or fallen silent. */
  advance(nowUs: number): void {
    if (nowUs > this.#now) this.#now = nowUs;
    this.#nextTurn = this.#lifetimes.advance(nowUs);
  }

  /** The capture has ended: everything that is left is judged at its last packet. */
  finish(): void {
    this.#lifetimes.finish(this.#now);
  }

  /** A new record for the segment's tuple, in the place of `old` unless that is -1. */
  #begin(s: Segment, side: number, old: number): void {
    const { table } = this;
    if (!table.hasRoom) {
      this.#lifetimes.makeRoom(this.#now, old);
      if (!table.hasRoom) {
        this.counters.untracked++;
        return;
      }
    }
    table.side = side;
    const slot = table.allocate(s);
    if (old < 0) table.insert(slot);
    else {
      table.replace(old, slot);
      this.#lifetimes.detach(old);
    }
    this.#recent.isCopy((slot << 1) | side, s);
    const w = table.words(slot);
    const b = table.base(slot);
    const t = table.times(slot);
    this.#start(w, t, b, s);
    this.#lifetimes.begin(slot, s.timeUs);
    this.#first(slot, w, t, b, side, s);
  }

  #start(w: Int32Array, t: Float64Array, b: number, s: Segment): void {
    t[(b + L.FIRST_TIME) >> 1] = s.timeUs;
    t[(b + L.LAST_TIME) >> 1] = s.timeUs;
    if (s.family === 6) w[b + FLAGS] |= L.IPV6;
    this.counters.connections++;
  }

  #first(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    const { flags } = s;
    if ((flags & RST) !== 0) {
      this.#rst(slot, w, t, b, side, s);
      return;
    }
    accountHeader(this, w, t, b, side, s);
    if ((flags & (SYN | FIN)) === SYN) {
      if ((flags & ACK) === 0) recordSyn(this, w, b, side, s);
      else recordSynAck(this, w, b, side, s);
      return;
    }
    if ((flags & SYN) !== 0) appendOnce(w, b, LETTER_Q, side);
    if ((flags & ACK) === 0) {
      // FIN, NULL, XMAS, SYN+FIN: whoever sends this asks what the port does.
      w[b + FLAGS] |= L.ODD_OPEN;
      this.#noteProbe(w, b, side, s.timeUs, true);
    }
    if ((flags & SYN) !== 0) return;
    if ((flags & FIN) === 0) this.plainSeen = true;
    accountPayload(this, w, b, side, s);
    if ((flags & FIN) !== 0) recordFin(this, w, b, side, s);
  }

  #rst(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    if ((w[b + FLAGS] & L.PENDING) !== 0) {
      const next = this.#rstWithPending(slot, w, b, side, s);
      if (next >= 0) {
        const { table } = this;
        this.#rst(next, table.words(next), table.times(next), table.base(next), side, s);
        return;
      }
    }
    const what = recordRst(this, w, t, b, side, s);
    accountHeader(this, w, t, b, side, s);
    if (what === RST_ENDS) {
      this.#lifetimes.ended(slot, w, b);
      if ((w[b + FLAGS] & (L.PAYLOAD_0 | L.PAYLOAD_1)) === 0) this.#noteReset(w, b, side, s);
    } else late(w, b);
  }

  /** Whom does the RST concern: the SYN that waits (answers its slot, now the tuple's), or the old connection (-1)? */
  #rstWithPending(slot: number, w: Int32Array, b: number, side: number, s: Segment): number {
    const waiting = this.#lifetimes.pendingOf(w, b);
    const pw = this.table.words(waiting);
    const pb = this.table.base(waiting);
    const synSide = (pw[pb + FLAGS] & L.CLIENT_IS_1) === 0 ? 0 : 1;
    const refuses = side !== synSide && (s.flags & ACK) !== 0 && fitsSyn(pw, pb, synSide, s.ack);
    const gaveUp = side === synSide && ahead(s.seq, pw[pb + L.SIDE + side * L.SIDE_WORDS + L.ISN]) === 1;
    if (refuses || gaveUp) return this.#lifetimes.promote(slot);
    w[b + L.MARKS] |= L.FOLLOWED;
    if (side !== synSide) return -1;
    if ((w[b + FLAGS] & L.BY_FIN) !== 0) {
      const at = this.rare.of(w, b);
      if (at >= 0) this.rare.records.words[at + R.RARE_BITS] |= R.SYN_TRAILING;
      this.#lifetimes.dropPending(slot);
    } else w[b + L.MARKS] |= L.SYN_THEN_RST;
    return -1;
  }

  #syn(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    const x = b + L.SIDE + side * L.SIDE_WORDS;
    const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
    const isn = s.seq | 0;
    const state = w[b + FLAGS] & L.STATE;
    if ((s.flags & FIN) !== 0) {
      accountHeader(this, w, t, b, side, s);
      appendOnce(w, b, LETTER_Q, side);
      return;
    }
    if ((w[x + L.BITS] & L.HAS_ISN) !== 0 && w[x + L.ISN] === isn) {
      accountHeader(this, w, t, b, side, s);
      if ((w[x + L.BITS] & L.SENT_SYN) === 0) recordSyn(this, w, b, side, s);
      else repeatSyn(w, b, side, s);
      if (state === L.OPEN) return;
      late(w, b);
      if (state === L.ENDED && (w[b + FLAGS] & L.BY_RST) !== 0 && noteSynAfterRst(this, w, b, side)) ignore(this, w, b);
      return;
    }
    const bothOpen = (w[y + L.BITS] & (L.SENT_SYN | L.SENT_SYNACK | L.SPOKE)) === L.SENT_SYN && state === L.OPEN;
    const opened = state !== L.JUDGED && mayHaveOpened(w, t, b, side, s);
    if ((w[x + L.BITS] & L.HAS_ISN) === 0 && (bothOpen || opened)) {
      accountHeader(this, w, t, b, side, s);
      recordSyn(this, w, b, side, s);
      if (bothOpen) w[b + L.MARKS] |= L.BOTH_SYNS;
      return;
    }
    if ((w[b + FLAGS] & L.PENDING) !== 0 && this.#synWithPending(slot, w, b, side, s)) return;
    if (state !== L.OPEN && (w[b + FLAGS] & L.BY_FIN) === 0 && !this.#mayGoOn(w, b)) this.#begin(s, side, slot);
    else this.#wait(slot, w, b, side, s);
  }

  /** Could the RST that ended it yet turn out to be ignored? Then a SYN opens nothing at once. */
  #mayGoOn(w: Int32Array, b: number): boolean {
    const at = this.rare.find(w, b);
    if (at < 0 || (w[b + FLAGS] & L.STATE) === L.JUDGED) return false;
    const ending = this.rare.records.words[at + R.ENDING];
    if (ending === 0) return false;
    const bits = this.rare.rsts.words[ending * R.RST_STRIDE + R.RST_BITS];
    return (bits & (R.BEYOND_SND | R.BELOW_ACK)) !== 0 && (bits & R.SEQ_IS_LAST_ACK) === 0;
  }

  /** Another SYN while one waits: answers true when it is done with. */
  #synWithPending(slot: number, w: Int32Array, b: number, side: number, s: Segment): boolean {
    const waiting = this.#lifetimes.pendingOf(w, b);
    const { table } = this;
    const pw = table.words(waiting);
    const pb = table.base(waiting);
    const px = pb + L.SIDE + side * L.SIDE_WORDS;
    if ((pw[px + L.BITS] & L.SENT_SYN) !== 0 && pw[px + L.ISN] === (s.seq | 0)) {
      accountHeader(this, pw, table.times(waiting), pb, side, s);
      repeatSyn(pw, pb, side, s);
      const ended = (w[b + FLAGS] & L.STATE) !== L.OPEN && (w[b + FLAGS] & L.BY_RST) !== 0;
      if (ended && !this.#mayGoOn(w, b)) this.#lifetimes.promote(slot);
      return true;
    }
    if ((w[b + L.MARKS] & L.FOLLOWED) !== 0) {
      this.#lifetimes.dropPending(slot);
      return false;
    }
    const next = this.#lifetimes.promote(slot);
    this.#syn(next, table.words(next), table.times(next), table.base(next), side, s);
    return true;
  }

  /** A SYN with another ISN: it waits in a record of its own for what follows. */
  #wait(slot: number, w: Int32Array, b: number, side: number, s: Segment): void {
    const { table } = this;
    if (!table.hasRoom) this.#lifetimes.makeRoom(this.#now, slot);
    const at = this.rare.of(w, b);
    if (!table.hasRoom || at < 0) {
      this.counters.untracked++;
      return;
    }
    if ((w[b + FLAGS] & L.STATE) === L.OPEN) w[b + L.MARKS] |= L.OTHER_SYN;
    table.side = side;
    const waiting = table.allocate(s);
    this.#recent.isCopy((slot << 1) | side, s);
    const pw = table.words(waiting);
    const pb = table.base(waiting);
    const pt = table.times(waiting);
    this.#start(pw, pt, pb, s);
    pw[pb + L.MARKS] |= L.SHADOW;
    accountHeader(this, pw, pt, pb, side, s);
    recordSyn(this, pw, pb, side, s);
    this.rare.records.words[at + R.PENDING_SLOT] = waiting + 1;
    w[b + FLAGS] |= L.PENDING;
    w[b + L.MARKS] &= ~L.FOLLOWED;
  }

  #synAck(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    if ((w[b + FLAGS] & L.PENDING) !== 0) {
      const waiting = this.#lifetimes.pendingOf(w, b);
      const { table } = this;
      const pw = table.words(waiting);
      const pb = table.base(waiting);
      if ((pw[pb + FLAGS] & L.CLIENT_IS_1) === (side === 0 ? L.CLIENT_IS_1 : 0) && fitsSyn(pw, pb, side ^ 1, s.ack)) {
        const next = this.#lifetimes.promote(slot);
        this.#synAck(next, pw, table.times(next), pb, side, s);
        return;
      }
      w[b + L.MARKS] |= L.FOLLOWED;
    }
    const x = b + L.SIDE + side * L.SIDE_WORDS;
    const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
    const f = w[b + FLAGS];
    const state = f & L.STATE;
    const known = (w[y + L.BITS] & L.HAS_ISN) !== 0;
    if (!known && !(state === L.OPEN && mayHaveOpened(w, t, b, side, s))) {
      if (state !== L.OPEN) this.#begin(s, side, slot);
      else this.#misfit(w, t, b, side, s);
      return;
    }
    const fits = !known || fitsSyn(w, b, side ^ 1, s.ack);
    const again = (w[x + L.BITS] & L.SENT_SYNACK) !== 0;
    const same = w[x + L.ISN] === (s.seq | 0);
    if (!fits || (again && !same && (f & L.HANDSHAKE) !== 0)) {
      this.#misfit(w, t, b, side, s);
      return;
    }
    accountHeader(this, w, t, b, side, s);
    if (again && same) repeatSynAck(w, b, s);
    else recordSynAck(this, w, b, side, s);
    if (state === L.OPEN) return;
    late(w, b);
    if (state !== L.ENDED) return;
    if ((f & L.BY_ICMP) !== 0) w[b + FLAGS] &= ~(L.STATE | L.BY_ICMP);
    else if ((f & L.BY_RST) !== 0 && noteSynAckAfterRst(this, w, b, side)) ignore(this, w, b);
  }

  /** A SYN-ACK that answers no SYN of this connection moves none of its numbers. */
  #misfit(w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    w[b + L.SIDE + side * L.SIDE_WORDS + L.PACKETS]++;
    if (s.timeUs > t[(b + L.LAST_TIME) >> 1]) t[(b + L.LAST_TIME) >> 1] = s.timeUs;
    if ((w[b + L.MARKS] & L.MISFIT_SYNACK) === 0) appendLetter(w, b, LETTER_H, side);
    w[b + L.MARKS] |= L.MISFIT_SYNACK;
    if ((w[b + FLAGS] & L.STATE) !== L.OPEN) late(w, b);
  }

  /** Everything but SYN and RST, where the common accounting is not enough. */
  #special(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    if ((w[b + FLAGS] & L.PENDING) !== 0) {
      const next = this.#concernsPending(slot, w, b, side, s);
      if (next >= 0) {
        const { table } = this;
        this.#special(next, table.words(next), table.times(next), table.base(next), side, s);
        return;
      }
      w[b + L.MARKS] |= L.FOLLOWED;
    }
    if ((s.flags & FIN) === 0) this.plainSeen = true;
    accountHeader(this, w, t, b, side, s);
    const fresh = accountPayload(this, w, b, side, s);
    const state = w[b + FLAGS] & L.STATE;
    if ((s.flags & FIN) !== 0) {
      if (recordFin(this, w, b, side, s)) {
        settleAlternative(this, w, b, side ^ 1);
        if (state === L.OPEN) this.#endByFin(slot, w, b, s);
        else if (state === L.ENDED && (w[b + FLAGS] & L.BY_RST) !== 0 && livedOn(w, b)) {
          ignore(this, w, b);
          this.#endByFin(slot, w, b, s);
          return;
        }
      }
    } else if (fresh > 0) noteHalfClose(w, b, side, s);
    if (state === L.OPEN) return;
    if ((w[b + FLAGS] & L.BY_FIN) === 0 || s.payloadLength > 0) late(w, b);
    if (state !== L.ENDED) return;
    if ((w[b + FLAGS] & L.BY_RST) !== 0) {
      if (noteAfterRst(this, w, b, side, s, fresh)) ignore(this, w, b);
    } else if ((w[b + FLAGS] & L.BY_ICMP) !== 0) w[b + FLAGS] &= ~(L.STATE | L.BY_ICMP);
  }

  /** Continues the segment the SYN that waits, its SYN-ACK not captured? Answers that slot, now the tuple's, or -1. */
  #concernsPending(slot: number, w: Int32Array, b: number, side: number, s: Segment): number {
    const waiting = this.#lifetimes.pendingOf(w, b);
    const pw = this.table.words(waiting);
    const pb = this.table.base(waiting);
    const synSide = (pw[pb + FLAGS] & L.CLIENT_IS_1) === 0 ? 0 : 1;
    const next = (pw[pb + L.SIDE + synSide * L.SIDE_WORDS + L.ISN] + 1) | 0;
    const old = w[b + L.SIDE + synSide * L.SIDE_WORDS + L.SND];
    if (next === old || ((side === synSide ? s.seq : s.ack) | 0) !== next) return -1;
    return this.#lifetimes.promote(slot);
  }

  #endByFin(slot: number, w: Int32Array, b: number, s: Segment): void {
    w[b + FLAGS] = (w[b + FLAGS] & ~(L.STATE | L.BY_ICMP)) | L.ENDED | L.BY_FIN;
    w[b + L.END_TIME] = s.timeUs;
    this.#lifetimes.ended(slot, w, b);
  }

  /** An ICMP error: an answer to a SYN that has no other, evidence on anything else. */
  #icmp(s: Segment): void {
    const slot = this.table.find(s);
    if (slot < 0) return;
    const { side } = this.table;
    const w = this.table.words(slot);
    const b = this.table.base(slot);
    const at = this.rare.of(w, b);
    if (at < 0) return;
    this.rare.records.words[at + R.ICMP_ERROR] = s.icmp;
    this.rare.records.words[at + R.RARE_BITS] |= R.ICMP_QUOTES;
    const x = b + L.SIDE + side * L.SIDE_WORDS;
    const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
    const onlySyn = (w[x + L.BITS] & (L.SENT_SYN | L.SPOKE)) === L.SENT_SYN && w[y + L.PACKETS] === 0;
    const unreachable = s.family === 6 ? s.icmp >>> 8 === 1 : s.icmp >>> 8 === 3 && (s.icmp & 255) !== 4;
    if ((w[b + FLAGS] & L.STATE) !== L.OPEN || !onlySyn || !unreachable || w[x + L.ISN] !== (s.seq | 0)) return;
    w[b + FLAGS] |= L.ENDED | L.BY_ICMP;
    w[b + L.END_TIME] = s.timeUs;
    this.#lifetimes.ended(slot, w, b);
  }

  /** A byteless tuple was reset or refused: who knocked? */
  #noteReset(w: Int32Array, b: number, side: number, s: Segment): void {
    const f = w[b + FLAGS];
    const packets = w[b + L.SIDE + L.PACKETS] + w[b + L.SIDE + L.SIDE_WORDS + L.PACKETS];
    // Nothing but this RST: the receiver of a bare one, or one with seq 0, is the one who asked.
    if (packets === 1) {
      if ((s.flags & ACK) === 0 || s.seq === 0) this.#noteProbe(w, b, side ^ 1, s.timeUs, false);
      return;
    }
    const opener = (f & (L.CLIENT_KNOWN | L.ODD_OPEN)) !== 0;
    const client = (f & L.CLIENT_KNOWN) !== 0 ? ((f & L.CLIENT_IS_1) === 0 ? 0 : 1) : side ^ 1;
    this.#noteProbe(w, b, client, s.timeUs, opener);
  }

  #noteProbe(w: Int32Array, b: number, source: number, timeUs: number, opener: boolean): void {
    const context = w[b + L.CONTEXT];
    this.scans.noteProbe(
      addressFingerprint(w, b + L.ADDRESS + source * 4, context),
      addressFingerprint(w, b + L.ADDRESS + (source ^ 1) * 4, context),
      portOf(w, b, source ^ 1),
      timeUs,
      opener,
    );
  }
}

function late(w: Int32Array, b: number): void {
  if ((w[b + L.COUNTS] & 0xffff) !== 0xffff) w[b + L.COUNTS]++;
}
