import { ACK, FIN, RST, SYN, type Segment } from "@hangup/packets";
import { LOSS, NOTED, PLAIN_SEEN } from "./arena-layout.ts";
import { CaptureClock } from "./capture-clock.ts";
import { accountHeader, accountLate, accountPayload, noteCopy } from "./accounting.ts";
import {
  livedOn,
  ignore,
  mayYetGoOn,
  wasRefusedBefore,
  noteAfterRst,
  noteSynAckAfterRst,
  noteSynAfterRst,
} from "./after-reset.ts";
import { endByFins, noteHalfClose, recordFin, settleAlternative } from "./closing.ts";
import { FingerprintSet } from "./fingerprints.ts";
import { openGap, openGaps } from "./gaps.ts";
import { fitsSyn, mayHaveOpened, recordSyn, recordSynAck, repeatSyn, repeatSynAck, startRecord } from "./handshake.ts";
import { HeaderPrediction } from "./header-prediction.ts";
import { appendLetter, appendOnce } from "./history.ts";
import { Neighbourhood } from "./neighbourhood.ts";
import { Notes } from "./notes.ts";
import { endedByIcmp } from "./icmp.ts";
import * as L from "./layout.ts";
import { LETTER_H, LETTER_Q } from "./letters.ts";
import { Lifetimes, type EndedSink } from "./lifetimes.ts";
import { RareFacts } from "./rare-facts.ts";
import { noteProbe, noteReset } from "./probes.ts";
import { RecentPackets } from "./recent-packets.ts";
import { RST_ENDS, recordRst } from "./resets.ts";
import { SharedNotes } from "./shared-notes.ts";
import { isOtherDirection } from "./split-context.ts";
import { ConnectionTable } from "./table.ts";
import { TrackerCounters, type TrackerOptions, type Tracking } from "./tracking.ts";
import { NOT_TAKEN, WaitingSyns } from "./waiting.ts";

/**
 * Segments in, ended connections out, each exactly once: what causes.md calls one row. Capture time is the only clock.
 */
export class Tracker implements Tracking {
  readonly table: ConnectionTable;
  readonly rare: RareFacts;
  readonly neighbourhood = new Neighbourhood();
  readonly notes: Notes;
  readonly ended: FingerprintSet;
  readonly counters = new TrackerCounters();
  /** For the decoder: takes the segments that need nothing of what follows here. */
  readonly fastPath: HeaderPrediction;
  readonly #recent: RecentPackets;
  readonly #lifetimes: Lifetimes;
  readonly #waiting: WaitingSyns;
  readonly #clock: CaptureClock;
  readonly #shared: SharedNotes | null;
  readonly #onTurn: ((nowUs: number) => void) | undefined;
  /** The clock has turned before. */
  #turned = false;

  /** `sink` gets each connection that has ended, fallen silent, or is left at the end; the object is used again for the next. */
  constructor(options: TrackerOptions, sink: EndedSink) {
    this.table = new ConnectionTable(options.maxMemoryBytes, options.seed);
    const { arena } = this.table;
    this.lossUs = -Infinity;
    this.#clock = new CaptureClock(options.settleUs === null, arena);
    this.notes = new Notes(arena.notes, arena.state.subarray(NOTED >> 2, (NOTED >> 2) + 1), arena.lately);
    this.#recent = new RecentPackets(arena.recent);
    this.#shared = options.exchange === undefined ? null : new SharedNotes(options.exchange);
    this.fastPath = new HeaderPrediction(this, this.#shared, this.counters);
    this.#onTurn = options.onTurn;
    this.rare = new RareFacts(this.table.maxSlots);
    this.ended = new FingerprintSet(options.settleUs === null ? 1 << 16 : 1);
    this.#lifetimes = new Lifetimes(this, this.counters, options, sink);
    this.#waiting = new WaitingSyns(this, this.#lifetimes, this.counters);
  }

  get plainSeen(): boolean {
    return this.table.arena.state[PLAIN_SEEN >> 2] !== 0;
  }

  set plainSeen(seen: boolean) {
    this.table.arena.state[PLAIN_SEEN >> 2] = seen ? 1 : 0;
  }

  /** Of connections that began up to this time, µs, packets may be lost. */
  set lossUs(timeUs: number) {
    this.table.arena.numbers[LOSS >> 3] = timeUs;
  }

  /** The latest capture time seen, µs. */
  get now(): number {
    return this.#clock.nowUs;
  }

  track(s: Segment): void {
    if (this.#clock.comeTo(s.timeUs) || this.notes.full) this.#pause();
    if (!this.plainSeen && (s.flags & (SYN | FIN | RST)) === 0 && s.icmp === 0) this.#noteFirstPlain();
    this.counters.segments++;
    if (s.icmp !== 0) {
      this.#icmp(s);
      return;
    }
    const { table } = this;
    let slot = table.find(s);
    const side = table.side & 1;
    if (slot < 0) {
      if (table.elsewhere < 0 || !isOtherDirection(this, table.elsewhere, side, s)) {
        if ((s.flags & SYN) === 0 && this.ended.has(table.hash)) this.counters.stragglers++;
        else this.#begin(s, side, -1);
        return;
      }
      slot = table.elsewhere;
    }
    const w = table.words;
    const b = table.base(slot);
    const t = table.times;
    if (this.#recent.isCopyIn(w, b, (slot << 1) | side, s)) {
      this.counters.copies++;
      noteCopy(this, w, b, side, s);
      return;
    }
    if ((w[b + L.FLAGS] & L.SPECIAL) === 0 && (s.flags & (SYN | FIN | RST)) === 0) {
      accountHeader(this, w, t, b, side, s);
      accountPayload(this, w, b, side, s);
      return;
    }
    if ((s.flags & RST) !== 0) this.#rst(slot, w, t, b, side, s);
    else if ((s.flags & SYN) === 0) this.#special(slot, w, t, b, side, s);
    else if ((s.flags & ACK) === 0) this.#syn(slot, w, t, b, side, s);
    else this.#synAck(slot, w, t, b, side, s);
  }

  /** As `track`, where other trackers follow the other connections of the capture. */
  trackShared(s: Segment): void {
    this.#enter();
    this.track(s);
    this.#shared?.mark(this.#clock.entered, this.notes.length);
  }

  /** A segment of a connection that another tracker follows: of it only the time and the kind count here. */
  passOver(s: Segment): void {
    this.#enter();
    if (this.#clock.comeTo(s.timeUs)) this.advance(this.#clock.nowUs);
    if (!this.plainSeen && (s.flags & (SYN | FIN | RST)) === 0 && s.icmp === 0) this.#noteFirstPlain();
  }

  /** The capture has come to this time: judges what has settled or fallen silent. */
  advance(nowUs: number): void {
    this.#clock.turned(nowUs);
    this.#turn();
    // At the first there is nothing to judge.
    if (this.#turned) this.#onTurn?.(nowUs);
    this.#turned = true;
    this.#lifetimes.advance(nowUs);
  }

  /** The capture has ended: everything that is left is judged at its last packet. */
  finish(): void {
    const nowUs = this.#clock.end();
    this.#turn();
    this.#onTurn?.(nowUs);
    this.#lifetimes.finish(nowUs);
  }

  #noteFirstPlain(): void {
    this.plainSeen = true;
    openGaps(this);
  }

  /** Between two segments: the clock turns, or what is noted is to be learned. */
  #pause(): void {
    if (this.#clock.isDue) this.advance(this.#clock.nowUs);
    else this.learn();
  }

  learn(): void {
    if (this.#shared === null) this.#learnAll();
    else if (this.notes.full) this.notes.setAside();
  }

  #turn(): void {
    this.#learnAll();
    this.neighbourhood.turn();
    this.notes.clear(this.neighbourhood.generation);
    this.ended.turn(this.#shared?.ended);
  }

  /** What is noted, of all trackers that share the capture. */
  #learnAll(): void {
    const { notes } = this;
    this.neighbourhood.learn(this.#shared?.gather(notes, this.now, this.ended.young) ?? notes);
    notes.clear(this.neighbourhood.generation);
  }

  #enter(): void {
    if (this.#clock.isExchangeDue) this.#learnAll();
  }

  /** A new record for the segment's tuple, in the place of `old` unless that is -1. */
  #begin(s: Segment, side: number, old: number): void {
    const { table } = this;
    if (!table.hasRoom) {
      this.#lifetimes.makeRoom(this.now, old);
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
      this.#lifetimes.detach(old, s.timeUs);
    }
    const w = table.words;
    const b = table.base(slot);
    const t = table.times;
    this.#recent.isCopyIn(w, b, (slot << 1) | side, s);
    startRecord(t, b, s);
    this.counters.connections++;
    this.#lifetimes.begin(slot, s.timeUs);
    this.#first(slot, w, t, b, side, s);
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
      w[b + L.FLAGS] |= L.ODD_OPEN;
      noteProbe(this, w, b, side, s.timeUs, true);
    }
    if ((flags & SYN) !== 0) return;
    accountPayload(this, w, b, side, s);
    if ((flags & FIN) !== 0) recordFin(this, w, b, side, s);
  }

  #rst(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    if ((w[b + L.FLAGS] & L.PENDING) !== 0) {
      const next = this.#waiting.takesRst(slot, w, b, side, s);
      if (next >= 0) {
        const { table } = this;
        this.#rst(next, table.words, table.times, table.base(next), side, s);
        return;
      }
    }
    const what = recordRst(this, w, t, b, side, s);
    accountHeader(this, w, t, b, side, s);
    if (what === RST_ENDS) {
      this.#lifetimes.ended(slot, w, b);
      if ((w[b + L.FLAGS] & (L.PAYLOAD_0 | L.PAYLOAD_1)) === 0) noteReset(this, w, b, side, s);
    } else accountLate(w, b);
  }

  #syn(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    const x = b + L.SIDE + side * L.SIDE_WORDS;
    const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
    const isn = s.seq | 0;
    const state = w[b + L.FLAGS] & L.STATE;
    if ((s.flags & FIN) !== 0) {
      accountHeader(this, w, t, b, side, s);
      appendOnce(w, b, LETTER_Q, side);
      return;
    }
    if ((w[x + L.BITS] & L.HAS_ISN) !== 0 && w[b + L.ISN_OF + side] === isn) {
      accountHeader(this, w, t, b, side, s);
      if ((w[x + L.BITS] & L.SENT_SYN) === 0) recordSyn(this, w, b, side, s);
      else repeatSyn(w, b, side, s);
      if (state === L.OPEN) return;
      accountLate(w, b);
      if (state === L.ENDED && (w[b + L.FLAGS] & L.BY_RST) !== 0 && noteSynAfterRst(this, w, b, side))
        ignore(this, w, b);
      return;
    }
    if (wasRefusedBefore(this.rare, w, b, side, s)) {
      accountHeader(this, w, t, b, side, s);
      recordSyn(this, w, b, side, s);
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
    if ((w[b + L.FLAGS] & L.PENDING) !== 0) {
      const next = this.#waiting.takesSyn(slot, w, b, side, s);
      if (next >= 0) {
        const { table } = this;
        this.#syn(next, table.words, table.times, table.base(next), side, s);
      }
      if (next !== NOT_TAKEN) return;
    }
    if (state !== L.OPEN && (w[b + L.FLAGS] & L.BY_FIN) === 0 && !mayYetGoOn(this.rare, w, b))
      this.#begin(s, side, slot);
    else if (this.#waiting.wait(slot, w, b, side, s)) this.#recent.isCopyIn(w, b, (slot << 1) | side, s);
  }

  #synAck(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    if ((w[b + L.FLAGS] & L.PENDING) !== 0) {
      const next = this.#waiting.takesSynAck(slot, w, b, side, s);
      if (next >= 0) {
        const { table } = this;
        this.#synAck(next, table.words, table.times, table.base(next), side, s);
        return;
      }
    }
    const x = b + L.SIDE + side * L.SIDE_WORDS;
    const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
    const f = w[b + L.FLAGS];
    const state = f & L.STATE;
    const known = (w[y + L.BITS] & L.HAS_ISN) !== 0;
    if (!known && !(state === L.OPEN && mayHaveOpened(w, t, b, side, s))) {
      if (state !== L.OPEN) this.#begin(s, side, slot);
      else this.#misfit(w, t, b, side, s);
      return;
    }
    const fits = !known || fitsSyn(w, b, side ^ 1, s.ack);
    const again = (w[x + L.BITS] & L.SENT_SYNACK) !== 0;
    const same = w[b + L.ISN_OF + side] === (s.seq | 0);
    if (!fits || (again && !same && (f & L.HANDSHAKE) !== 0)) {
      if (!fits && !same && state !== L.OPEN) this.#begin(s, side, slot);
      else this.#misfit(w, t, b, side, s);
      return;
    }
    accountHeader(this, w, t, b, side, s);
    if (again && same) repeatSynAck(w, b, s);
    else recordSynAck(this, w, b, side, s);
    if (state === L.OPEN) return;
    accountLate(w, b);
    if (state !== L.ENDED) return;
    if ((f & L.BY_ICMP) !== 0) w[b + L.FLAGS] &= ~(L.STATE | L.BY_ICMP);
    else if ((f & L.BY_RST) !== 0 && noteSynAckAfterRst(this, w, b, side)) ignore(this, w, b);
  }

  /** A SYN-ACK that answers no SYN of this connection moves none of its numbers; behind an end it begins another. */
  #misfit(w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    w[b + L.SIDE + side * L.SIDE_WORDS + L.PACKETS]++;
    if (s.timeUs > t[(b + L.LAST_TIME) >> 1]) t[(b + L.LAST_TIME) >> 1] = s.timeUs;
    if ((w[b + L.MARKS] & L.MISFIT_SYNACK) === 0) appendLetter(w, b, LETTER_H, side);
    w[b + L.MARKS] |= L.MISFIT_SYNACK;
    if ((w[b + L.FLAGS] & L.STATE) !== L.OPEN) accountLate(w, b);
  }

  /** Everything but SYN and RST, where the common accounting is not enough. */
  #special(slot: number, w: Int32Array, t: Float64Array, b: number, side: number, s: Segment): void {
    if ((w[b + L.FLAGS] & L.PENDING) !== 0) {
      const next = this.#waiting.takesSegment(slot, w, b, side, s);
      if (next >= 0) {
        const { table } = this;
        this.#special(next, table.words, table.times, table.base(next), side, s);
        return;
      }
    }
    openGap(this.rare, w, b, side);
    accountHeader(this, w, t, b, side, s);
    const fresh = accountPayload(this, w, b, side, s);
    const state = w[b + L.FLAGS] & L.STATE;
    if ((s.flags & FIN) !== 0) {
      if (recordFin(this, w, b, side, s)) {
        settleAlternative(this, w, b, side ^ 1);
        if (state === L.OPEN) this.#endByFin(slot, w, b, s);
        else if (state === L.ENDED && (w[b + L.FLAGS] & L.BY_RST) !== 0 && livedOn(w, b)) {
          ignore(this, w, b);
          this.#endByFin(slot, w, b, s);
          return;
        }
      }
    } else if (fresh > 0) noteHalfClose(w, b, side, s);
    if (state === L.OPEN) return;
    if ((w[b + L.FLAGS] & L.BY_FIN) === 0 || s.payloadLength > 0) accountLate(w, b);
    if (state !== L.ENDED) return;
    if ((w[b + L.FLAGS] & L.BY_RST) !== 0) {
      if (noteAfterRst(this, w, b, side, s, fresh)) ignore(this, w, b);
    } else if ((w[b + L.FLAGS] & L.BY_ICMP) !== 0) w[b + L.FLAGS] &= ~(L.STATE | L.BY_ICMP);
  }

  #endByFin(slot: number, w: Int32Array, b: number, s: Segment): void {
    endByFins(w, this.table.times, b, s);
    this.#lifetimes.ended(slot, w, b);
  }

  #icmp(s: Segment): void {
    const { table } = this;
    const slot = table.find(s);
    if (slot < 0) return;
    const b = table.base(slot);
    if (endedByIcmp(this.rare, table.words, b, table.side & 1, s)) this.#lifetimes.ended(slot, table.words, b);
  }
}
