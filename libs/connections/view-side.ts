import { tripTo } from "./echoes.ts";
import type { SideFacts } from "./ended.ts";
import { portOf } from "./handshake.ts";
import * as L from "./layout.ts";
import { ahead } from "./sequence.ts";
import type { Tracking } from "./tracking.ts";

/** One side of a record, as `View`. */
export class SideView implements SideFacts {
  readonly #k: Tracking;
  /** The word of the round trip to this side, where the opening was captured. */
  readonly #rtt: number;
  readonly #address = new Uint8Array(16);
  #w: Int32Array = new Int32Array(0);
  /** Where the record begins in the words, and in it what is of this side and of the other. */
  #b = 0;
  #x = 0;
  #y = 0;
  /** 0 or 1. */
  #side = 0;
  #bits = 0;
  /** FLAGS, those by side where side 0 has them. */
  #flags = 0;
  bytes = 0;
  bytesWhole = true;
  sentPayload = false;

  constructor(k: Tracking, rtt: number) {
    this.#k = k;
    this.#rtt = rtt;
  }

  look(w: Int32Array, b: number, side: number): void {
    const x = b + L.SIDE + side * L.SIDE_WORDS;
    if (this.#w !== w) this.#w = w;
    this.#b = b;
    this.#x = x;
    this.#y = b + L.SIDE + (side ^ 1) * L.SIDE_WORDS;
    this.#side = side;
    const bits = w[x + L.BITS];
    this.#bits = bits;
    this.#flags = w[b + L.FLAGS] >> side;
    const wraps = (w[b + L.MARKS] >>> (side === 0 ? L.WRAPS_SHIFT_0 : L.WRAPS_SHIFT_1)) & 3;
    this.bytes = (w[x + L.BYTES] >>> 0) + wraps * 0x100000000;
    this.bytesWhole = (bits & (L.HAS_ISN | L.HOLES | L.INEXACT)) === L.HAS_ISN;
    this.sentPayload = (this.#flags & L.PAYLOAD_0) !== 0;
  }

  get address(): Uint8Array<ArrayBuffer> {
    const address = this.#address;
    const at = this.#b + L.ADDRESS + this.#side * 4;
    for (let i = 0; i < 4; i++) {
      const word = this.#w[at + i];
      address[i * 4] = word >>> 24;
      address[i * 4 + 1] = word >>> 16;
      address[i * 4 + 2] = word >>> 8;
      address[i * 4 + 3] = word;
    }
    return address;
  }
  get port(): number {
    return portOf(this.#w, this.#b, this.#side);
  }
  get packets(): number {
    return this.#w[this.#x + L.PACKETS] >>> 0;
  }
  get isn(): number {
    return this.#w[this.#b + L.ISN_OF + this.#side] >>> 0;
  }
  get hasIsn(): boolean {
    return (this.#bits & L.HAS_ISN) !== 0;
  }
  get sentSyn(): boolean {
    return (this.#bits & L.SENT_SYN) !== 0;
  }
  get sentSynAck(): boolean {
    return (this.#bits & L.SENT_SYNACK) !== 0;
  }
  get spoke(): boolean {
    return (this.#bits & L.SPOKE) !== 0;
  }
  /** It sent a RST, whatever that did. */
  get sentRst(): boolean {
    return (this.#bits & L.SENT_RST) !== 0;
  }
  get retransmits(): number {
    return this.#w[this.#x + L.TRIES] >>> 16;
  }
  get hasSeq(): boolean {
    return (this.#bits & L.HAS_SEQ) !== 0;
  }
  get hasAck(): boolean {
    return (this.#bits & L.HAS_ACK) !== 0;
  }
  get snd(): number {
    return this.#w[this.#x + L.SND];
  }
  get acked(): number {
    return this.#w[this.#x + L.ACKED];
  }
  get fin(): boolean {
    return (this.#flags & L.FIN_0) !== 0;
  }
  get finAcksOther(): boolean {
    return (this.#flags & L.FIN_ACKS_0) !== 0;
  }
  get finBeyond(): boolean {
    return (this.#flags & L.FIN_BEYOND_0) !== 0;
  }
  get finEnd(): number {
    return this.#w[this.#b + L.FIN_END_OF + this.#side] >>> 0;
  }
  get finAtStart(): boolean {
    if (!this.fin || !this.hasIsn || ahead(this.finEnd, this.isn) !== 2) return false;
    return ahead(this.acked, this.#w[this.#b + L.ISN_OF + (this.#side ^ 1)]) === 1;
  }
  get wentOnAfterFin(): boolean {
    return (this.#flags & L.HALF_CLOSE_0) !== 0;
  }
  get lastTries(): number {
    return (this.#w[this.#x + L.TRIES] >>> 8) & 255;
  }
  get lastUnanswered(): boolean {
    const w = this.#w;
    if (!isUnacknowledged(w, this.#x, this.#y)) return false;
    const spokeLast = ((w[this.#b + L.FLAGS] & L.LAST_IS_1) === 0 ? 0 : 1) === this.#side;
    return spokeLast || repeatsItself(w, this.#y, this.#x);
  }
  get probes(): number {
    return this.#w[this.#x + L.TRIES] & 255;
  }
  get ttls(): number {
    return this.#w[this.#x + L.TTLS];
  }
  get ttlsWhole(): boolean {
    return (this.#bits & L.TTL_OVERFLOW) === 0;
  }
  get timestamps(): boolean {
    return (this.#bits & L.TIMESTAMPS) !== 0;
  }
  get local(): boolean {
    const at = this.#b + L.ADDRESS + this.#side * 4;
    return this.#k.neighbourhood.hosts.isLocal(this.#w, at, this.#w[this.#b + L.CONTEXT], this.ttls);
  }
  get roundTripUs(): number {
    const w = this.#w;
    const b = this.#b;
    if ((w[b + L.FLAGS] & L.CLIENT_KNOWN) !== 0) return w[b + this.#rtt];
    // Without acknowledgements in the capture the first echo is that of a late segment.
    return this.#k.plainSeen ? tripTo(w, b, this.#side) : 0;
  }
}

/** The last data, FIN or probe of side `x`, of which `y` has acknowledged nothing. */
function isUnacknowledged(w: Int32Array, x: number, y: number): boolean {
  if ((w[x + L.TRIES] & 0xff00) === 0) return false;
  return (w[y + L.BITS] & L.HAS_ACK) === 0 || ahead(w[y + L.ACKED], w[x + L.LAST_SEQ]) <= 0;
}

function repeatsItself(w: Int32Array, x: number, y: number): boolean {
  const tries = w[x + L.TRIES];
  return (tries & 255) !== 0 || (((tries >>> 8) & 255) > 1 && isUnacknowledged(w, x, y));
}
