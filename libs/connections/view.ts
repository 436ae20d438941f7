import { directionConfidence, findClient, sideIndex } from "./direction.ts";
import {
  CLIENT,
  type EndedBy,
  type EndedConnection,
  type Occasion,
  type RefusalTtl,
  RstFacts,
  type SideIndex,
  type Stage,
} from "./ended.ts";
import { addressFingerprint } from "./fingerprints.ts";
import { historyText } from "./history.ts";
import * as L from "./layout.ts";
import { likenessOf } from "./likeness.ts";
import { isKnock } from "./probes.ts";
import * as R from "./rare-facts.ts";
import { silenceUs } from "./silence.ts";
import type { Tracking } from "./tracking.ts";
import { bytesFromNumbers } from "./view-bytes.ts";
import { readRst } from "./view-rst.ts";
import { SideView } from "./view-side.ts";
import { connState } from "./zeek-state.ts";

/**
 * A record as the one object that is handed out. What every verdict needs is read at once, the rest when it is asked for: nobody asks
 * for all of it, and most connections have nothing but their two FINs to tell.
 */
export class View implements EndedConnection {
  readonly client: SideView;
  readonly server: SideView;
  readonly sides: readonly [SideView, SideView];
  readonly #k: Tracking;
  #w: Int32Array = new Int32Array(0);
  #t: Float64Array = new Float64Array(0);
  #b = 0;
  /** The side that is the client: 0 or 1. */
  #client = 0;
  #flags = 0;
  #marks = 0;
  #counts = 0;
  #rareBits = 0;
  occasion: Occasion = "settled";
  directionConfidence = 100;
  nowUs = 0.5;
  flagsOnly = false;
  captureLoss = false;
  rst: RstFacts | null = null;
  readonly rsts: readonly RstFacts[] = Array.from({ length: R.KEPT_RSTS }, () => new RstFacts());
  rstsKept = 0;
  rstCount = 0;
  rstIgnored = 0;
  onlyRsts = false;
  icmp = 0;
  refusalTtl: RefusalTtl = "unknown";
  extremeTtlIsOwn = false;
  scanned = false;
  regularKnock = false;
  likeness = 0;

  constructor(k: Tracking) {
    this.#k = k;
    this.client = new SideView(k, L.RTT_CLIENT);
    this.server = new SideView(k, L.RTT_SERVER);
    this.sides = [this.client, this.server];
  }

  /** Looks at the record at `b` of the words `w`, which are the times `t`. */
  look(w: Int32Array, t: Float64Array, b: number, occasion: Occasion, nowUs: number): this {
    const k = this.#k;
    if (this.#w !== w) {
      this.#w = w;
      this.#t = t;
    }
    this.#b = b;
    this.#flags = w[b + L.FLAGS];
    this.#marks = w[b + L.MARKS];
    this.#counts = w[b + L.COUNTS];
    const client = findClient(k, w, b);
    this.#client = client;
    this.directionConfidence = directionConfidence;
    this.occasion = occasion;
    this.nowUs = nowUs;
    this.flagsOnly = !k.plainSeen;
    this.client.look(w, b, client);
    this.server.look(w, b, client ^ 1);
    this.#readRare(w, b, client);
    if (this.flagsOnly) bytesFromNumbers(this);
    this.scanned = this.#isScanned(w, b, client);
    this.regularKnock = this.rst !== null && isKnock(w, b) && this.#isRegularKnock(w, b, client, this.rst.timeUs);
    this.likeness = likenessOf(w, b, this);
    return this;
  }

  get endedBy(): EndedBy {
    const f = this.#flags;
    if ((f & L.STATE) === L.OPEN) return "none";
    if ((f & L.BY_FIN) !== 0) return "fin";
    if ((f & L.BY_RST) !== 0) return "rst";
    return (f & L.BY_ICMP) !== 0 ? "icmp" : "none";
  }
  get family(): number {
    return (this.#flags & L.IPV6) === 0 ? 4 : 6;
  }
  get context(): number {
    return this.#w[this.#b + L.CONTEXT];
  }
  get startUs(): number {
    return this.#t[(this.#b + L.FIRST_TIME) >> 1];
  }
  get endUs(): number {
    const last = this.lastUs;
    return this.endedBy === "none" ? last : last - (((last | 0) - this.#w[this.#b + L.END_TIME]) | 0);
  }
  get lastUs(): number {
    return this.#t[(this.#b + L.LAST_TIME) >> 1];
  }
  get idleUs(): number {
    return this.rst === null ? silenceUs(this.#w[this.#b + L.GAP]) : this.rst.idleUs;
  }
  get midstream(): boolean {
    return !this.client.sentSyn;
  }
  get handshake(): boolean {
    return (this.#flags & L.HANDSHAKE) !== 0;
  }
  get stage(): Stage {
    return stageOf(this);
  }
  get syns(): number {
    return this.#counts >>> 24;
  }
  get synAcks(): number {
    return (this.#counts >>> 16) & 255;
  }
  get lateSegments(): number {
    return this.#counts & 0xffff;
  }
  get bothSyns(): boolean {
    return (this.#marks & L.BOTH_SYNS) !== 0;
  }
  get misfitSynAck(): boolean {
    return (this.#marks & L.MISFIT_SYNACK) !== 0;
  }
  get otherSyn(): boolean {
    return (this.#marks & L.OTHER_SYN) !== 0;
  }
  get oddOpen(): boolean {
    return (this.#flags & L.ODD_OPEN) !== 0;
  }
  get twoAnswers(): boolean {
    return (this.#flags & L.TWO_ANSWERS) !== 0;
  }
  get finSoon(): boolean {
    return (this.#flags & L.FIN_SOON) !== 0;
  }
  get finGapUs(): number {
    if ((this.#flags & (L.FIN_0 | L.FIN_1)) === 0 || this.endedBy !== "fin") return 0;
    return (this.#w[this.#b + L.END_TIME] - this.#w[this.#b + L.EVENT_TIME]) >>> 0;
  }
  get firstFinCaptured(): SideIndex | null {
    const f = this.#flags;
    if ((f & (L.FIN_0 | L.FIN_1)) === 0) return null;
    return sideIndex((f & L.FIN_FIRST_1) === 0 ? 0 : 1, this.#client);
  }
  get firstRst(): SideIndex | null {
    const f = this.#flags;
    return (f & L.RST_SEEN) === 0 ? null : sideIndex((f & L.FIRST_RST_IS_1) === 0 ? 0 : 1, this.#client);
  }
  get rstAgain(): boolean {
    return (this.#rareBits & R.RST_AGAIN) !== 0;
  }
  get rstTrailing(): boolean {
    return (this.#rareBits & R.RST_TRAILING) !== 0;
  }
  get rstTwins(): boolean {
    return (this.#rareBits & R.RST_TWINS) !== 0;
  }
  get senderGoesOn(): boolean {
    return (this.#rareBits & R.GOES_ON) !== 0;
  }
  get peerSentMore(): boolean {
    return (this.#rareBits & R.PEER_SENT_MORE) !== 0;
  }
  get synTrailed(): boolean {
    return (this.#rareBits & R.SYN_TRAILING) !== 0;
  }
  get history(): string {
    return historyText(this.#w, this.#b, this.#client);
  }
  get connState(): string {
    return connState(this, this.client.sentRst, this.server.sentRst);
  }

  #readRare(w: Int32Array, b: number, client: number): void {
    const k = this.#k;
    const at = k.rare.find(w, b);
    const words = k.rare.records.words;
    this.rst = null;
    this.rstsKept = 0;
    this.#rareBits = at < 0 ? 0 : words[at + R.RARE_BITS];
    this.rstCount = at < 0 ? 0 : words[at + R.RST_COUNTS] >>> 16;
    this.rstIgnored = at < 0 ? 0 : words[at + R.RST_COUNTS] & 0xffff;
    this.icmp = at < 0 ? 0 : words[at + R.ICMP_ERROR];
    this.onlyRsts = this.rstCount > 0 && this.client.packets + this.server.packets === this.rstCount;
    if (at < 0) return;
    for (let i = 0; i < R.KEPT_RSTS && words[at + R.RSTS + i] !== 0; i++) {
      readRst(k, w, b, client, words[at + R.RSTS + i], this.rsts[i]);
      if (words[at + R.RSTS + i] === words[at + R.ENDING]) this.rst = this.rsts[i];
      this.rstsKept++;
    }
    if (this.rst !== null) this.#compareTtls(w, b, client, this.rst);
  }

  /** The ending RST against what is known of the host whose address it carries. */
  #compareTtls(w: Int32Array, b: number, client: number, rst: RstFacts): void {
    const { hosts } = this.#k.neighbourhood;
    const side = rst.sender === CLIENT ? client : client ^ 1;
    const address = b + L.ADDRESS + side * 4;
    const context = w[b + L.CONTEXT];
    this.refusalTtl = hosts.compareTtl(w, address, context, rst.ttl);
    this.extremeTtlIsOwn = false;
    for (let set = this.sides[rst.sender].ttls; set !== 0; set >>>= 8) {
      const ttl = set & 255;
      if ((ttl <= 2 || ttl >= 254) && hosts.carriesOnTwoPorts(w, address, context, ttl)) this.extremeTtlIsOwn = true;
    }
  }

  #isRegularKnock(w: Int32Array, b: number, client: number, timeUs: number): boolean {
    const context = w[b + L.CONTEXT];
    return this.#k.neighbourhood.knocks.isRegular(
      addressFingerprint(w, b + L.ADDRESS + client * 4, context),
      addressFingerprint(w, b + L.ADDRESS + (client ^ 1) * 4, context),
      this.server.port,
      timeUs,
    );
  }

  #isScanned(w: Int32Array, b: number, client: number): boolean {
    if (this.client.sentPayload || this.server.sentPayload || (this.rst === null && !this.oddOpen)) return false;
    const rst = this.rst;
    // Without a SYN whoever the RST went to is the one who asked; a server, by its port, only answers.
    if ((w[b + L.FLAGS] & L.CLIENT_KNOWN) === 0 && rst?.sender === CLIENT) return false;
    const context = w[b + L.CONTEXT];
    const opener = (w[b + L.FLAGS] & (L.CLIENT_KNOWN | L.ODD_OPEN)) !== 0;
    return this.#k.neighbourhood.scans.includes(
      addressFingerprint(w, b + L.ADDRESS + client * 4, context),
      addressFingerprint(w, b + L.ADDRESS + (client ^ 1) * 4, context),
      this.server.port,
      rst === null ? this.startUs : rst.timeUs,
      opener,
    );
  }
}

/** How far it had come before the first FIN, or the RST that ended it. */
function stageOf(c: EndedConnection): Stage {
  if (c.onlyRsts) return "orphan";
  const rst = c.rst;
  if (rst !== null && rst.senderFin !== rst.peerFin) return "closing";
  if (rst !== null && rst.senderFin && rst.peerFin) return "closed";
  if (c.midstream && !c.client.hasIsn) return "data";
  // Where the SYN-ACK passed elsewhere, the client's next segment tells of it.
  const unheard = !c.server.sentSynAck && !c.bothSyns;
  const abortsHeard = rst !== null && rst.sender === CLIENT && (rst.flags & 16) !== 0 && rst.ack !== 0;
  if (unheard && c.server.spoke) return c.client.spoke ? "data" : "syn";
  if (unheard && !c.client.spoke && !abortsHeard) return "syn";
  const clientDone = rst !== null && rst.sender === CLIENT && (rst.flags & 16) !== 0;
  const done = c.flagsOnly ? c.client.fin || c.server.fin || clientDone : rst !== null ? rst.handshake : c.handshake;
  const byClient =
    rst === null ? c.client.sentPayload : rst.sender === CLIENT ? rst.senderSentPayload : rst.peerSentPayload;
  const byServer =
    rst === null ? c.server.sentPayload : rst.sender === CLIENT ? rst.peerSentPayload : rst.senderSentPayload;
  if (byClient && byServer) return "data";
  if (byClient || byServer) return "request";
  return done || unheard || c.client.fin || c.server.fin ? "established" : "handshake";
}
