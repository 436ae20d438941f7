import { ACK, FIN, PSH, RST, Segment, SYN } from "@hangup/packets";

/** A side as tests write it. */
export type Speaker = "c" | "s";

export interface ConversationOptions {
  /** Last bytes of the addresses 10.0.0.x and 10.0.1.x (fd00::… where `family` is 6). Default 1 and 1. */
  readonly clientHost?: number;
  readonly serverHost?: number;
  readonly clientPort?: number;
  readonly serverPort?: number;
  readonly family?: 4 | 6;
  readonly context?: number;
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  readonly clientTtl?: number;
  readonly serverTtl?: number;
  /** Both sides use timestamps. Default true. */
  readonly timestamps?: boolean;
  /** How long the clock of their timestamps stands still, µs. Default 1 ms. */
  readonly tickUs?: number;
  /** Of the first segment, µs. */
  readonly startUs?: number;
  /** Between two segments unless the text says otherwise, µs. Default 10 ms. */
  readonly stepUs?: number;
}

/** Header fields of one segment that differ from what the side would send by itself. */
export type SegmentFields = Partial<
  Pick<
    Segment,
    | "seq"
    | "ack"
    | "flags"
    | "payloadLength"
    | "payloadCaptured"
    | "buffer"
    | "ttl"
    | "ipId"
    | "window"
    | "hasOptions"
    | "hasTimestamp"
    | "tsVal"
    | "tsEcr"
    | "icmp"
    | "mptcpResetReason"
    | "interfaceId"
    | "context"
  >
>;

const START_US = 1_700_000_000_000_000;

interface SideState {
  readonly host: number;
  readonly port: number;
  readonly ttl: number;
  next: number;
  /** What it would acknowledge now. */
  got: number;
  /** The timestamp value that reached it last. */
  recent: number;
  ipId: number;
}

/**
 * A TCP conversation to test with, as captured segments: numbers, times, TTLs and IP-IDs follow as two stacks would choose them.
 *
 * `play` takes the letters of lab notes, a word a segment: side c or s, then S SYN, SA SYN-ACK, A ACK, D100 data of 100 bytes, F FIN,
 * F20 FIN with data, R the bare RST of a stack that knows no connection, RA an abort, RR a refusal. `!` before it: sent, not captured.
 * `=` before it: the last such segment again. `~20ms`, `~3s` let time pass.
 */
export class Conversation {
  readonly segments: Segment[] = [];
  readonly #options: ConversationOptions;
  readonly #sides: Record<Speaker, SideState>;
  #time: number;

  constructor(options: ConversationOptions = {}) {
    this.#options = options;
    this.#time = options.startUs ?? START_US;
    this.#sides = {
      c: {
        host: options.clientHost ?? 1,
        port: options.clientPort ?? 40_000,
        ttl: options.clientTtl ?? 64,
        next: options.clientIsn ?? 1000,
        got: 0,
        recent: 0,
        ipId: 100,
      },
      s: {
        host: options.serverHost ?? 1,
        port: options.serverPort ?? 443,
        ttl: options.serverTtl ?? 62,
        next: options.serverIsn ?? 5000,
        got: 0,
        recent: 0,
        ipId: 9000,
      },
    };
  }

  play(text: string): this {
    for (const word of text.trim().split(/\s+/)) this.#word(word);
    return this;
  }

  /** A segment of the side with these fields; neither side's own numbers move. */
  send(side: Speaker, fields: SegmentFields): this {
    const segment = this.#segment(side);
    segment.seq = this.#sides[side].next >>> 0;
    segment.ack = this.#sides[side].got >>> 0;
    Object.assign(segment, fields);
    this.#put(segment);
    return this;
  }

  /** Lets time pass. */
  wait(us: number): this {
    this.#time += us;
    return this;
  }

  /** The next sequence number of a side. */
  next(side: Speaker): number {
    return this.#sides[side].next >>> 0;
  }

  #word(word: string): void {
    const pause = /^~(\d+)(us|ms|s)$/.exec(word);
    if (pause !== null) {
      this.#time += Number(pause[1]) * { us: 1, ms: 1000, s: 1_000_000 }[pause[2] as "us" | "ms" | "s"];
      return;
    }
    const parts = /^([!=]?)([cs])(SA|S|A|D|F|RA|RR|R)(\d*)$/.exec(word);
    if (parts === null) throw new Error(`no such word in a conversation: ${word}`);
    const [, mark, side, kind, length] = parts as unknown as [string, string, Speaker, string, string];
    const segment = this.#segment(side);
    const me = this.#sides[side];
    const other = this.#sides[side === "c" ? "s" : "c"];
    segment.payloadLength = length === "" ? (kind === "D" ? 100 : 0) : Number(length);
    segment.flags =
      { S: SYN, SA: SYN | ACK, A: ACK, D: PSH | ACK, F: FIN | ACK, R: RST, RA: RST | ACK, RR: RST | ACK }[kind] ?? 0;
    const counted = segment.payloadLength + (kind === "F" || kind === "S" || kind === "SA" ? 1 : 0);
    segment.seq = (mark === "=" ? me.next - counted : me.next) >>> 0;
    segment.ack = kind === "S" ? 0 : me.got >>> 0;
    if (kind.startsWith("R")) this.#shapeRst(segment, kind, side);
    else if (mark !== "=") me.next += counted;
    if (mark !== "!") this.#put(segment);
    else this.#time += this.#options.stepUs ?? 10_000;
    if (kind.startsWith("R")) return;
    if (me.next > other.got) other.got = me.next;
    other.recent = segment.tsVal;
  }

  #shapeRst(segment: Segment, kind: string, side: Speaker): void {
    const other = this.#sides[side === "c" ? "s" : "c"];
    if (kind === "RA") return;
    segment.window = 0;
    segment.hasOptions = false;
    segment.hasTimestamp = false;
    segment.ipId = this.#options.family === 6 ? -1 : 0;
    if (kind === "RR") {
      segment.seq = 0;
      segment.ack = other.next >>> 0;
    } else {
      segment.seq = other.got >>> 0 || segment.seq;
      segment.ack = 0;
    }
  }

  #segment(side: Speaker): Segment {
    const me = this.#sides[side];
    const segment = new Segment();
    const family = this.#options.family ?? 4;
    const client = family === 4 ? 0x0a000000 : 0x100;
    const server = family === 4 ? 0x0a000100 : 0x200;
    const [mine, theirs] = side === "c" ? [client, server] : [server, client];
    segment.family = family;
    segment.context = this.#options.context ?? 0;
    for (const end of ["src", "dst"] as const) {
      segment[`${end}0`] = family === 4 ? 0 : 0xfd000000 | 0;
      segment[`${end}2`] = family === 4 ? 0xffff : 0;
    }
    segment.src3 = mine + me.host;
    segment.dst3 = theirs + this.#sides[side === "c" ? "s" : "c"].host;
    segment.srcPort = me.port;
    segment.dstPort = this.#sides[side === "c" ? "s" : "c"].port;
    segment.window = 500;
    segment.ttl = me.ttl;
    segment.ipId = family === 6 ? -1 : me.ipId++;
    segment.hasTimestamp = this.#options.timestamps ?? true;
    segment.hasOptions = segment.hasTimestamp;
    segment.tsVal = Math.floor(this.#time / (this.#options.tickUs ?? 1000)) >>> 0;
    segment.tsEcr = me.recent;
    return segment;
  }

  #put(segment: Segment): void {
    segment.timeUs = this.#time;
    segment.packetIndex = this.segments.length + 1;
    this.segments.push(segment);
    this.#time += this.#options.stepUs ?? 10_000;
  }
}

/** The segments of several conversations as one capture would hold them. */
export function interleave(...conversations: readonly Conversation[]): Segment[] {
  return conversations.flatMap(({ segments }) => segments).toSorted((a, b) => a.timeUs - b.timeUs);
}
