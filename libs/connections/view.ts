import { directionConfidence, findClient, sideIndex } from "./direction.ts";
import { tripTo } from "./echoes.ts";
import { CLIENT, EndedConnection, SERVER, type Occasion, type SideFacts, type Stage } from "./ended.ts";
import { addressFingerprint } from "./fingerprints.ts";
import { historyText } from "./history.ts";
import * as L from "./layout.ts";
import { isKnock } from "./probes.ts";
import * as R from "./rare-facts.ts";
import { ahead } from "./sequence.ts";
import type { Tracking } from "./tracking.ts";
import { bytesFromNumbers } from "./view-bytes.ts";
import { readRst } from "./view-rst.ts";
import { connState } from "./zeek-state.ts";

const ENDED_BY = ["none", "fin", "rst", "icmp"] as const;

/** Reads a record into the one object that is handed out. */
export class View {
  readonly #k: Tracking;
  readonly #out = new EndedConnection();

  constructor(k: Tracking) {
    this.#k = k;
  }

  fill(slot: number, occasion: Occasion, nowUs: number): EndedConnection {
    const k = this.#k;
    const w = k.table.words(slot);
    const t = k.table.times(slot);
    const b = k.table.base(slot);
    const c = this.#out;
    const f = w[b + L.FLAGS];
    const client = findClient(k, w, b);
    c.directionConfidence = directionConfidence;
    c.occasion = occasion;
    c.endedBy =
      (f & L.STATE) === L.OPEN
        ? "none"
        : ENDED_BY[(f & L.BY_FIN) !== 0 ? 1 : (f & L.BY_RST) !== 0 ? 2 : (f & L.BY_ICMP) !== 0 ? 3 : 0];
    c.family = (f & L.IPV6) === 0 ? 4 : 6;
    c.context = w[b + L.CONTEXT];
    c.nowUs = nowUs;
    c.flagsOnly = !k.plainSeen;
    readSide(k, w, b, client, c.client);
    readSide(k, w, b, client ^ 1, c.server);
    this.#readTimes(w, t, b, f);
    this.#readCourse(w, b, f, client);
    this.#readRare(w, b, client);
    if (c.flagsOnly) bytesFromNumbers(c);
    c.stage = stageOf(c);
    c.scanned = this.#scanned(w, b, client);
    c.regularKnock = c.rst !== null && isKnock(w, b) && this.#isRegularKnock(w, b, client, c.rst.timeUs);
    c.history = historyText(w, b, client);
    return c;
  }

  #readTimes(w: Int32Array, t: Float64Array, b: number, f: number): void {
    const c = this.#out;
    const last = t[(b + L.LAST_TIME) >> 1];
    c.startUs = t[(b + L.FIRST_TIME) >> 1];
    c.lastUs = last;
    const ended = c.endedBy !== "none";
    c.endUs = ended ? last - (((last | 0) - w[b + L.END_TIME]) | 0) : last;
    const anyFin = (f & (L.FIN_0 | L.FIN_1)) !== 0;
    c.finGapUs = anyFin && c.endedBy === "fin" ? (w[b + L.END_TIME] - w[b + L.EVENT_TIME]) >>> 0 : 0;
    c.idleUs = w[b + L.GAP] >>> 0;
  }

  #readCourse(w: Int32Array, b: number, f: number, client: number): void {
    const c = this.#out;
    const counts = w[b + L.COUNTS];
    c.syns = counts >>> 24;
    c.synAcks = (counts >>> 16) & 255;
    c.lateSegments = counts & 0xffff;
    const marks = w[b + L.MARKS];
    c.bothSyns = (marks & L.BOTH_SYNS) !== 0;
    c.misfitSynAck = (marks & L.MISFIT_SYNACK) !== 0;
    c.otherSyn = (marks & L.OTHER_SYN) !== 0;
    c.oddOpen = (f & L.ODD_OPEN) !== 0;
    c.twoAnswers = (f & L.TWO_ANSWERS) !== 0;
    c.handshake = (f & L.HANDSHAKE) !== 0;
    c.midstream = !c.client.sentSyn;
    c.finSoon = (f & L.FIN_SOON) !== 0;
    const anyFin = (f & (L.FIN_0 | L.FIN_1)) !== 0;
    c.firstFinCaptured = anyFin ? sideIndex((f & L.FIN_FIRST_1) === 0 ? 0 : 1, client) : null;
    c.firstRst = (f & L.RST_SEEN) !== 0 ? sideIndex((f & L.FIRST_RST_IS_1) === 0 ? 0 : 1, client) : null;
    const opened = (f & L.CLIENT_KNOWN) !== 0;
    // Without acknowledgements in the capture the first echo is that of a late segment.
    const timed = !opened && !c.flagsOnly;
    c.client.roundTripUs = opened ? w[b + L.RTT_CLIENT] : timed ? tripTo(w, b, client) : 0;
    c.server.roundTripUs = opened ? w[b + L.RTT_SERVER] : timed ? tripTo(w, b, client ^ 1) : 0;
  }

  #readRare(w: Int32Array, b: number, client: number): void {
    const k = this.#k;
    const c = this.#out;
    const at = k.rare.find(w, b);
    const words = k.rare.records.words;
    const bits = at < 0 ? 0 : words[at + R.RARE_BITS];
    c.rst = null;
    c.rstsKept = 0;
    c.rstCount = at < 0 ? 0 : words[at + R.RST_COUNTS] >>> 16;
    c.rstIgnored = at < 0 ? 0 : words[at + R.RST_COUNTS] & 0xffff;
    c.rstAgain = (bits & R.RST_AGAIN) !== 0;
    c.rstTrailing = (bits & R.RST_TRAILING) !== 0;
    c.rstTwins = (bits & R.RST_TWINS) !== 0;
    c.senderGoesOn = (bits & R.GOES_ON) !== 0;
    c.peerSentMore = (bits & R.PEER_SENT_MORE) !== 0;
    c.synTrailed = (bits & R.SYN_TRAILING) !== 0;
    c.icmp = at < 0 ? 0 : words[at + R.ICMP_ERROR];
    if (at >= 0) {
      for (let i = 0; i < R.KEPT_RSTS && words[at + R.RSTS + i] !== 0; i++) {
        readRst(k, w, b, client, words[at + R.RSTS + i], c.rsts[i]);
        if (words[at + R.RSTS + i] === words[at + R.ENDING]) c.rst = c.rsts[i];
        c.rstsKept++;
      }
    }
    const packets = c.client.packets + c.server.packets;
    c.onlyRsts = c.rstCount > 0 && packets === c.rstCount;
    if (c.rst !== null) {
      c.idleUs = c.rst.idleUs;
      this.#compareTtls(w, b, client);
    }
    c.connState = connState(c, sentRst(w, b, client), sentRst(w, b, client ^ 1));
  }

  /** The ending RST against what is known of the host whose address it carries. */
  #compareTtls(w: Int32Array, b: number, client: number): void {
    const c = this.#out;
    const rst = c.rst;
    if (rst === null) return;
    const { hosts } = this.#k.neighbourhood;
    const side = rst.sender === CLIENT ? client : client ^ 1;
    const address = b + L.ADDRESS + side * 4;
    const context = w[b + L.CONTEXT];
    c.refusalTtl = hosts.compareTtl(w, address, context, rst.ttl);
    c.extremeTtlIsOwn = false;
    for (let set = c.sides[rst.sender].ttls; set !== 0; set >>>= 8) {
      const ttl = set & 255;
      if ((ttl <= 2 || ttl >= 254) && hosts.carriesOnTwoPorts(w, address, context, ttl)) c.extremeTtlIsOwn = true;
    }
  }

  #isRegularKnock(w: Int32Array, b: number, client: number, timeUs: number): boolean {
    const context = w[b + L.CONTEXT];
    return this.#k.neighbourhood.knocks.isRegular(
      addressFingerprint(w, b + L.ADDRESS + client * 4, context),
      addressFingerprint(w, b + L.ADDRESS + (client ^ 1) * 4, context),
      this.#out.server.port,
      timeUs,
    );
  }

  #scanned(w: Int32Array, b: number, client: number): boolean {
    const c = this.#out;
    if (c.client.sentPayload || c.server.sentPayload || (c.rst === null && !c.oddOpen)) return false;
    const rst = c.rst;
    const known = (w[b + L.FLAGS] & L.CLIENT_KNOWN) !== 0;
    // Without a SYN whoever the RST went to is the one who asked.
    const source = known || rst === null ? client : (rst.sender === CLIENT ? client : client ^ 1) ^ 1;
    const context = w[b + L.CONTEXT];
    const opener = (w[b + L.FLAGS] & (L.CLIENT_KNOWN | L.ODD_OPEN)) !== 0;
    return this.#k.neighbourhood.scans.includes(
      addressFingerprint(w, b + L.ADDRESS + source * 4, context),
      addressFingerprint(w, b + L.ADDRESS + (source ^ 1) * 4, context),
      c.sides[source === client ? SERVER : CLIENT].port,
      rst === null ? c.startUs : rst.timeUs,
      opener,
    );
  }
}

function sentRst(w: Int32Array, b: number, side: number): boolean {
  return (w[b + L.SIDE + side * L.SIDE_WORDS + L.BITS] & L.SENT_RST) !== 0;
}

function readSide(k: Tracking, w: Int32Array, b: number, side: number, out: SideFacts): void {
  const x = b + L.SIDE + side * L.SIDE_WORDS;
  const y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
  const bits = w[x + L.BITS];
  const f = w[b + L.FLAGS];
  readAddress(w, b + L.ADDRESS + side * 4, out.address);
  out.port = side === 0 ? w[b + L.PORTS] >>> 16 : w[b + L.PORTS] & 0xffff;
  out.packets = w[x + L.PACKETS] >>> 0;
  out.isn = w[b + L.ISN_OF + side] >>> 0;
  out.hasIsn = (bits & L.HAS_ISN) !== 0;
  out.sentSyn = (bits & L.SENT_SYN) !== 0;
  out.sentSynAck = (bits & L.SENT_SYNACK) !== 0;
  out.spoke = (bits & L.SPOKE) !== 0;
  const wraps = (w[b + L.MARKS] >>> (side === 0 ? L.WRAPS_SHIFT_0 : L.WRAPS_SHIFT_1)) & 3;
  out.bytes = (w[x + L.BYTES] >>> 0) + wraps * 0x100000000;
  out.bytesWhole = (bits & (L.HAS_ISN | L.HOLES | L.INEXACT)) === L.HAS_ISN;
  out.sentPayload = (f & (side === 0 ? L.PAYLOAD_0 : L.PAYLOAD_1)) !== 0;
  out.retransmits = w[x + L.TRIES] >>> 16;
  out.hasSeq = (bits & L.HAS_SEQ) !== 0;
  out.hasAck = (bits & L.HAS_ACK) !== 0;
  out.snd = w[x + L.SND];
  out.acked = w[x + L.ACKED];
  out.fin = (f & (L.FIN_0 << side)) !== 0;
  out.finAcksOther = (f & (L.FIN_ACKS_0 << side)) !== 0;
  out.finBeyond = (f & (L.FIN_BEYOND_0 << side)) !== 0;
  out.finEnd = w[b + L.FIN_END_OF + side] >>> 0;
  const acked = ahead(w[x + L.ACKED], w[b + L.ISN_OF + (side ^ 1)]);
  out.finAtStart = out.fin && out.hasIsn && ahead(out.finEnd, out.isn) === 2 && acked === 1;
  out.wentOnAfterFin = (f & (L.HALF_CLOSE_0 << side)) !== 0;
  out.lastTries = (w[x + L.TRIES] >>> 8) & 255;
  out.probes = w[x + L.TRIES] & 255;
  out.lastUnanswered =
    out.lastTries > 0 && ((w[y + L.BITS] & L.HAS_ACK) === 0 || ahead(w[y + L.ACKED], w[x + L.LAST_SEQ]) <= 0);
  out.ttls = w[x + L.TTLS];
  out.ttlsWhole = (bits & L.TTL_OVERFLOW) === 0;
  out.timestamps = (bits & L.TIMESTAMPS) !== 0;
  out.local = k.neighbourhood.hosts.isLocal(w, b + L.ADDRESS + side * 4, w[b + L.CONTEXT], out.ttls);
}

function readAddress(w: Int32Array, at: number, out: Uint8Array): void {
  for (let i = 0; i < 4; i++) {
    const word = w[at + i];
    out[i * 4] = word >>> 24;
    out[i * 4 + 1] = word >>> 16;
    out[i * 4 + 2] = word >>> 8;
    out[i * 4 + 3] = word;
  }
}

/** How far it had come before the first FIN, or the RST that ended it. */
function stageOf(c: EndedConnection): Stage {
  if (c.onlyRsts) return "orphan";
  const rst = c.rst;
  if (rst !== null && rst.senderFin !== rst.peerFin) return "closing";
  if (rst !== null && rst.senderFin && rst.peerFin) return "closed";
  if (c.midstream && !c.client.hasIsn) return "data";
  if (!c.server.sentSynAck && !c.bothSyns) return c.client.spoke && c.server.spoke ? "data" : "syn";
  const clientDone = rst !== null && rst.sender === CLIENT && (rst.flags & 16) !== 0;
  const done = c.flagsOnly ? c.client.fin || c.server.fin || clientDone : rst !== null ? rst.handshake : c.handshake;
  const byClient =
    rst === null ? c.client.sentPayload : rst.sender === CLIENT ? rst.senderSentPayload : rst.peerSentPayload;
  const byServer =
    rst === null ? c.server.sentPayload : rst.sender === CLIENT ? rst.peerSentPayload : rst.senderSentPayload;
  if (byClient && byServer) return "data";
  if (byClient || byServer) return "request";
  return done || c.client.fin || c.server.fin ? "established" : "handshake";
}
