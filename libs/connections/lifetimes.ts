import { AlikeEnds } from "./alike-ends.ts";
import { ALIVE, ENDED, FIRST_LOOK, HALF_OPEN, SETTLES } from "./arena-layout.ts";
import type { EndedConnection, Occasion } from "./ended.ts";
import * as L from "./layout.ts";
import { JUDGE_US, LONGEST_LINGER_US } from "./limits.ts";
import { isKnock } from "./probes.ts";
import * as R from "./rare-facts.ts";
import { SettleQueue } from "./settle-queue.ts";
import { HORIZON_US, TimerWheel } from "./timer-wheel.ts";
import type { TrackerCounters, TrackerOptions, Tracking } from "./tracking.ts";
import { View } from "./view.ts";

/** A new connection is looked at first after this time, or when it would be silent for good. */
const FIRST_LOOK_US = 45_000_000;
/** Live, a judged connection is kept so long behind its last segment, so that stragglers and TIME_WAIT begin nothing new. */
const LINGER_US = 60_000_000;
/** Idle connections are forgotten after this time (live): longer than the two hours of TCP keepalive. */
const FORGET_US = 3 * 3_600_000_000;
/** A RST before the handshake may turn out to be ignored when the SYN is sent again (RFC 6298: after 1 s). */
const SECOND_LOOK_US = 1_500_000;
/** Records looked at to find one that may be evicted. */
const EVICTION_TRIES = 64;

/** Answers whether the connection is told for good; false: it goes on (an idle one at a look for timeouts). */
export type EndedSink = (ended: EndedConnection) => boolean;

/** When connections are judged, forgotten, evicted, and how a waiting SYN takes a tuple over. */
export class Lifetimes {
  readonly #k: Tracking;
  readonly #counters: TrackerCounters;
  readonly #options: TrackerOptions;
  readonly #sink: EndedSink;
  readonly #view: View;
  readonly #settling = new SettleQueue();
  readonly #secondLook = new SettleQueue();
  /** By what memory does without first: half-open, ended, live. A record moves when it comes up. */
  readonly #halfOpen: TimerWheel;
  readonly #ended: TimerWheel;
  readonly #alive: TimerWheel;
  /** Where rows are only to be counted. */
  readonly #alike: AlikeEnds | null;
  /** Live connections whose tuple another has taken, told at the next turn, and when that was, µs. */
  readonly #replaced: { readonly slot: number; readonly timeUs: number }[] = [];

  constructor(k: Tracking, counters: TrackerCounters, options: TrackerOptions, sink: EndedSink) {
    this.#k = k;
    this.#counters = counters;
    this.#options = options;
    this.#sink = sink;
    this.#view = new View(k);
    const { numbers, state } = k.table.arena;
    numbers[FIRST_LOOK >> 3] = Math.min(FIRST_LOOK_US, options.silenceUs);
    state[SETTLES >> 2] = options.settleUs === null ? 0 : 1;
    this.#halfOpen = new TimerWheel(k.table, HALF_OPEN);
    this.#ended = new TimerWheel(k.table, ENDED);
    this.#alive = new TimerWheel(k.table, ALIVE);
    const isFile = options.settleUs === null;
    this.#alike = isFile && options.alike !== undefined ? new AlikeEnds(k, options.alike) : null;
  }

  begin(slot: number, nowUs: number): void {
    this.#halfOpen.add(slot, nowUs + this.#k.table.arena.numbers[FIRST_LOOK >> 3]);
  }

  /** The row has an end, if nothing takes it back. */
  ended(slot: number, w: Int32Array, b: number): void {
    if (this.#options.settleUs === null) return;
    this.#settling.put(slot, w[b + L.END_TIME], this.#k.now + this.#options.settleUs);
  }

  /** Judges what is due. */
  advance(nowUs: number): void {
    this.#tellReplaced();
    this.#settle(this.#settling, nowUs, true);
    this.#settle(this.#secondLook, nowUs, false);
    this.#turn(this.#halfOpen, nowUs);
    this.#turn(this.#ended, nowUs);
    this.#turn(this.#alive, nowUs);
  }

  finish(nowUs: number): void {
    const { table } = this.#k;
    const occasion = this.#options.settleUs === null ? "capture_end" : "stopped";
    for (let slot = 0; slot < table.high; slot++) {
      const w = table.words;
      const b = table.base(slot);
      if (isFree(w, b) || (w[b + L.MARKS] & L.SHADOW) !== 0) continue;
      if ((w[b + L.FLAGS] & L.PENDING) !== 0) this.#resolvePending(slot, w, b);
    }
    this.#tellReplaced();
    for (let slot = this.#left(0, nowUs); slot < table.high; slot = this.#left(slot + 1, nowUs)) {
      const w = table.words;
      const b = table.base(slot);
      if (isFree(w, b) || (w[b + L.FLAGS] & L.STATE) === L.JUDGED) continue;
      if ((w[b + L.MARKS] & L.SHADOW) === 0) this.#tell(w, b, occasion, nowUs);
    }
  }

  /** Frees at least one record, if any but `keep` may go. */
  makeRoom(nowUs: number, keep: number): void {
    this.#tellReplaced();
    for (const wheel of [this.#halfOpen, this.#ended, this.#alive]) {
      for (let tries = 0; tries < EVICTION_TRIES; tries++) {
        const slot = wheel.oldest();
        if (slot < 0) break;
        if (slot === keep || !this.#evict(slot, wheel, nowUs, tries === EVICTION_TRIES - 1)) this.#place(slot, nowUs);
        else if (this.#k.table.hasRoom) return;
      }
    }
  }

  /** The slot of the SYN that waits. */
  pendingOf(w: Int32Array, b: number): number {
    return this.#k.rare.records.words[this.#k.rare.of(w, b) + R.PENDING_SLOT] - 1;
  }

  /** The SYN that waits takes the tuple over; answers its slot. */
  promote(slot: number): number {
    const { table } = this.#k;
    const w = table.words;
    const b = table.base(slot);
    const waiting = this.pendingOf(w, b);
    this.#clearPending(w, b);
    table.replace(slot, waiting);
    const pb = table.base(waiting);
    table.words[pb + L.MARKS] &= ~L.SHADOW;
    const since = table.times[(pb + L.LAST_TIME) >> 1];
    this.begin(waiting, since);
    this.detach(slot, since);
    return waiting;
  }

  /** The SYN that waits opened nothing: its segments belong to the connection that it came in. */
  dropPending(slot: number): void {
    const { table, rare } = this.#k;
    const w = table.words;
    const b = table.base(slot);
    const waiting = this.pendingOf(w, b);
    this.#clearPending(w, b);
    const pw = table.words;
    const pb = table.base(waiting);
    for (let side = 0; side < 2; side++) {
      const packets = L.SIDE + side * L.SIDE_WORDS + L.PACKETS;
      w[b + packets] += pw[pb + packets];
    }
    this.#counters.connections--;
    rare.release(pw, pb);
    table.release(waiting);
  }

  /** Another record has the tuple now: this one is told when it settles, or at the next turn, as of `nowUs`, if nothing ended it. */
  detach(slot: number, nowUs: number): void {
    const w = this.#k.table.words;
    const b = this.#k.table.base(slot);
    if ((w[b + L.FLAGS] & L.PENDING) !== 0) this.dropPending(slot);
    w[b + L.FLAGS] |= L.DETACHED;
    if ((w[b + L.FLAGS] & L.STATE) === L.OPEN) this.#replaced.push({ slot, timeUs: nowUs });
  }

  #tellReplaced(): void {
    const { table } = this.#k;
    for (const { slot, timeUs } of this.#replaced.splice(0))
      this.#tell(table.words, table.base(slot), "replaced", timeUs);
  }

  #settle(queue: SettleQueue, nowUs: number, mayLookAgain: boolean): void {
    const { table } = this.#k;
    for (let slot = queue.take(nowUs); slot >= 0; slot = queue.take(nowUs)) {
      const w = table.words;
      const b = table.base(slot);
      // Taken back, judged early, or another connection's record by now.
      if ((w[b + L.FLAGS] & L.STATE) !== L.ENDED || w[b + L.END_TIME] !== queue.mark) continue;
      if (mayLookAgain && this.#mayYetBeIgnored(w, b)) this.#secondLook.put(slot, queue.mark, nowUs + SECOND_LOOK_US);
      else this.#tell(w, b, "settled", nowUs);
    }
  }

  /** A RST of the client before the handshake that is no cancelled handshake: it waits for another SYN. */
  #mayYetBeIgnored(w: Int32Array, b: number): boolean {
    const f = w[b + L.FLAGS];
    if ((f & (L.HANDSHAKE | L.CLIENT_KNOWN | L.BY_RST)) !== (L.CLIENT_KNOWN | L.BY_RST)) return false;
    const at = this.#k.rare.find(w, b);
    const ending = at < 0 ? 0 : this.#k.rare.records.words[at + R.ENDING];
    if (ending === 0) return false;
    const client = (f & L.CLIENT_IS_1) === 0 ? 0 : 1;
    const { words } = this.#k.rare.rsts;
    const r = ending * R.RST_STRIDE;
    return (
      (words[r + R.RST_BITS] & R.BY_SIDE_1) === client && words[r + R.RST_SEQ] !== ((w[b + L.ISN_OF + client] + 1) | 0)
    );
  }

  #turn(wheel: TimerWheel, nowUs: number): void {
    while (this.#alike === null || wheel.skips(nowUs)) {
      const slot = wheel.due(nowUs);
      if (slot < 0) return;
      this.#check(slot, nowUs);
    }
    const { due } = this.#k.table.arena;
    for (let count = this.#alike.takeDue(wheel.number, nowUs); count > 0;) {
      for (let i = 0; i < count; i++) this.#check(due[i], nowUs);
      count = this.#alike.takeDue(wheel.number, nowUs);
    }
  }

  /** The first record from `slot` on that is left at the end. */
  #left(slot: number, nowUs: number): number {
    return this.#alike === null ? slot : this.#alike.left(slot, nowUs);
  }

  /** A record came up: judge, forget, or look again later. */
  #check(slot: number, nowUs: number): void {
    const { table } = this.#k;
    const w = table.words;
    const b = table.base(slot);
    const last = table.times[(b + L.LAST_TIME) >> 1];
    const f = w[b + L.FLAGS];
    const state = f & L.STATE;
    const detached = (f & L.DETACHED) !== 0;
    const isFile = this.#options.settleUs === null;
    if (state === L.OPEN) {
      if (isFile || last + this.#options.silenceUs > nowUs) this.#place(slot, nowUs);
      else if ((f & L.PENDING) !== 0) {
        this.#resolvePending(slot, w, b);
        this.#place(slot, nowUs);
      } else if (this.#tell(w, b, "silence", nowUs)) this.#place(slot, nowUs);
      else if (last + FORGET_US <= nowUs) {
        this.#counters.evictedIdle++;
        this.#tell(w, b, "evicted", nowUs);
        this.#forget(slot, w, b);
      } else this.#alive.add(slot, nowUs + this.#options.silenceUs);
      return;
    }
    const linger = state === L.JUDGED ? LINGER_US : JUDGE_US;
    const due = detached || last + linger <= nowUs || this.#endTime(w, b) + LONGEST_LINGER_US <= nowUs;
    const unsettled = state === L.ENDED && !isFile;
    if (!due || unsettled) {
      this.#place(slot, nowUs);
      return;
    }
    // Whether a health check is regular is known only when all of them have come.
    if (isFile && !detached && isKnock(w, b)) {
      this.#ended.add(slot, nowUs + JUDGE_US);
      return;
    }
    if ((f & L.PENDING) !== 0) {
      this.#resolvePending(slot, w, b);
      if ((w[b + L.FLAGS] & L.DETACHED) !== 0) {
        this.#place(slot, nowUs);
        return;
      }
    }
    if (state === L.ENDED) this.#tell(w, b, "settled", nowUs);
    // What follows on the tuple of a file's connection belongs to it for ever; only the fingerprint is kept for that.
    if (isFile && (w[b + L.FLAGS] & L.DETACHED) === 0 && !isAllSaid(w, b)) this.#k.ended.add(table.hashOf(slot));
    this.#forget(slot, w, b);
  }

  /** Puts the record into the wheel of what it is now. */
  #place(slot: number, nowUs: number): void {
    const { table } = this.#k;
    const w = table.words;
    const b = table.base(slot);
    const last = table.times[(b + L.LAST_TIME) >> 1];
    const state = w[b + L.FLAGS] & L.STATE;
    if (state === L.OPEN) {
      const wheel = isHalfOpen(w, b) ? this.#halfOpen : this.#alive;
      // Silence in a file is judged at its last packet: until then only memory can call for the record.
      const look = this.#options.settleUs === null ? nowUs + HORIZON_US : last + this.#options.silenceUs;
      wheel.add(slot, Math.max(look, nowUs + 1_000_000));
    } else if ((w[b + L.FLAGS] & L.DETACHED) !== 0) this.#ended.add(slot, nowUs + 1_000_000);
    else {
      const linger = state === L.JUDGED ? LINGER_US : JUDGE_US;
      this.#ended.add(slot, Math.max(last + linger, nowUs + 1_000_000));
    }
  }

  /** Takes the record out when it is of the kind that this wheel holds; false: it moved on. */
  #evict(slot: number, wheel: TimerWheel, nowUs: number, insist: boolean): boolean {
    const { table } = this.#k;
    const w = table.words;
    const b = table.base(slot);
    const state = w[b + L.FLAGS] & L.STATE;
    if (wheel === this.#halfOpen && !(state === L.OPEN && isHalfOpen(w, b))) return false;
    if (wheel === this.#ended && state === L.OPEN) return false;
    const recent = nowUs - table.times[(b + L.LAST_TIME) >> 1] < 1_000_000;
    if (wheel === this.#alive && state === L.OPEN && recent && !insist) return false;
    if ((w[b + L.FLAGS] & L.PENDING) !== 0) this.dropPending(slot);
    if (state === L.OPEN) {
      if (isHalfOpen(w, b)) this.#counters.evictedHalfOpen++;
      else this.#counters.evictedIdle++;
      this.#tell(w, b, "evicted", nowUs);
    } else if (state === L.ENDED) {
      this.#counters.evictedEnded++;
      this.#k.learn();
      this.#tell(w, b, "settled", nowUs);
    }
    this.#forget(slot, w, b);
    return true;
  }

  /** Nothing of the connection followed the SYN that waits: it opened another. Else it was a stray. */
  #resolvePending(slot: number, w: Int32Array, b: number): void {
    if ((w[b + L.MARKS] & L.FOLLOWED) !== 0) this.dropPending(slot);
    else this.promote(slot);
  }

  #clearPending(w: Int32Array, b: number): void {
    this.#k.rare.records.words[this.#k.rare.of(w, b) + R.PENDING_SLOT] = 0;
    w[b + L.FLAGS] &= ~L.PENDING;
  }

  /** Hands the connection out; answers whether it is told for good. */
  #tell(w: Int32Array, b: number, occasion: Occasion, nowUs: number): boolean {
    const ended = this.#view.look(w, this.#k.table.times, b, occasion, nowUs);
    const told = this.#sink(ended);
    this.#alike?.know(ended);
    if (told || occasion !== "silence") w[b + L.FLAGS] = (w[b + L.FLAGS] & ~L.STATE) | L.JUDGED;
    return told;
  }

  #endTime(w: Int32Array, b: number): number {
    const last = this.#k.table.times[(b + L.LAST_TIME) >> 1];
    return last - (((last | 0) - w[b + L.END_TIME]) >>> 0);
  }

  #forget(slot: number, w: Int32Array, b: number): void {
    const { table, rare } = this.#k;
    rare.release(w, b);
    if ((w[b + L.FLAGS] & L.DETACHED) === 0) table.remove(slot);
    table.release(slot);
  }
}

function isFree(w: Int32Array, b: number): boolean {
  return (w[b + L.FLAGS] & L.STATE) === L.FREE;
}

/** Both sides closed and acknowledged it: no stragglers are to be expected. */
function isAllSaid(w: Int32Array, b: number): boolean {
  if ((w[b + L.FLAGS] & (L.BY_FIN | L.RST_SEEN)) !== L.BY_FIN) return false;
  const acked0 = w[b + L.SIDE + L.ACKED];
  const acked1 = w[b + L.SIDE + L.SIDE_WORDS + L.ACKED];
  return acked0 === w[b + L.FIN_END_OF + 1] && acked1 === w[b + L.FIN_END_OF];
}

/** One side has not answered yet, or no payload followed the answer. */
function isHalfOpen(w: Int32Array, b: number): boolean {
  return (w[b + L.FLAGS] & (L.HANDSHAKE | L.PAYLOAD_0 | L.PAYLOAD_1 | L.FIN_0 | L.FIN_1)) === 0;
}
