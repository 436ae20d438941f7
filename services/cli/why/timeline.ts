import { ahead, MOST_COPIES, RecentPackets } from "@hangup/connections";
import { ACK, FIN, RST, SYN, type Segment } from "@hangup/packets";
import type { Endpoint } from "../analyze/endpoint.ts";

/** Packets of one kind that one end sent in a row. */
export interface Run {
  /** The end that sent them, or that an ICMP error was sent to: 0 or 1, as the timeline was asked. */
  readonly end: number;
  readonly what: string;
  /** VLANs and tunnels around them (Segment.context). */
  readonly context: number;
  /** Times of the first and the last, µs. */
  readonly startUs: number;
  lastUs: number;
  packets: number;
  /** Of payload. */
  bytes: number;
}

/** Runs kept; beyond that the oldest half goes. */
const LIMIT = 65_536;

/** What one end has sent so far. */
interface Sent {
  isn: number;
  /** Number behind all that it sent. */
  next: number;
}

/** The packets between two ends, in order of time, told as runs. Copies are left out, and acknowledgements of data. */
export class Timeline {
  readonly runs: Run[] = [];
  readonly #ends: readonly [Words, Words];
  readonly #recent = new RecentPackets();
  /** The last run, by context. */
  readonly #last = new Map<number, Run>();
  /** Packets so far, and copies, by context. */
  readonly #seen = new Map<number, { packets: number; copies: number }>();
  /** By context and end. */
  readonly #sent = new Map<number, Sent>();

  constructor(first: Endpoint, second: Endpoint) {
    this.#ends = [wordsOf(first), wordsOf(second)];
  }

  add(s: Segment): void {
    const [first, second] = this.#ends;
    const end = isFrom(s, first) && isTo(s, second) ? 0 : isFrom(s, second) && isTo(s, first) ? 1 : -1;
    if (end < 0) return;
    const key = s.context * 2 + end;
    if (s.icmp === 0 && this.#isCopy(s, key)) return;
    const what = s.icmp === 0 ? this.#classify(s, key) : icmpText(s);
    const bytes = s.icmp === 0 ? s.payloadLength : 0;
    const last = this.#last.get(s.context);
    if (what === "ACK" && last !== undefined && (last.end === end || last.what.startsWith("data"))) return;
    if (last !== undefined && last.end === end && last.what === what) {
      last.lastUs = s.timeUs;
      last.packets++;
      last.bytes += bytes;
      return;
    }
    if (this.runs.length >= LIMIT) this.runs.splice(0, LIMIT / 2);
    const run = { end, what, context: s.context, startUs: s.timeUs, lastUs: s.timeUs, packets: 1, bytes };
    this.runs.push(run);
    this.#last.set(s.context, run);
  }

  #isCopy(s: Segment, key: number): boolean {
    let seen = this.#seen.get(s.context);
    if (seen === undefined) this.#seen.set(s.context, (seen = { packets: 0, copies: 0 }));
    const isCopy = this.#recent.isCopy(key, s, seen.packets, Math.min(seen.copies, MOST_COPIES));
    if (isCopy) seen.copies++;
    else seen.packets++;
    return isCopy;
  }

  #classify(s: Segment, key: number): string {
    const { flags, seq, payloadLength } = s;
    const header = `, TTL ${s.ttl}${s.ipId < 0 ? "" : `, IP-ID ${s.ipId}`}`;
    if ((flags & RST) !== 0) return `RST${(flags & ACK) === 0 ? "" : " with ACK"}, window ${s.window}${header}`;
    const sent = this.#sent.get(key);
    if ((flags & SYN) !== 0) {
      const name = (flags & ACK) === 0 ? "SYN" : "SYN-ACK";
      if (sent !== undefined && sent.isn === seq) return `${name} again`;
      this.#sent.set(key, { isn: seq, next: seq + 1 + payloadLength });
      return `${name}${header}`;
    }
    const next = seq + payloadLength + ((flags & FIN) === 0 ? 0 : 1);
    const beyond = sent === undefined ? 1 : ahead(next, sent.next);
    const isProbe = sent !== undefined && payloadLength <= 1 && ahead(seq, sent.next) === -1 && (flags & FIN) === 0;
    if (sent === undefined) this.#sent.set(key, { isn: -1, next });
    else if (beyond > 0) sent.next = next;
    if ((flags & FIN) !== 0) return beyond > 0 ? "FIN" : "FIN again";
    if (isProbe) return "keepalive probe";
    if (payloadLength > 0) return beyond > 0 ? "data" : "data again";
    return s.window === 0 ? "window closed" : "ACK";
  }
}

type Words = readonly [number, number, number, number, port: number];

function wordsOf({ address, port }: Endpoint): Words {
  const view = new DataView(address.buffer, address.byteOffset);
  return [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12), port];
}

function isFrom(s: Segment, [a, b, c, d, port]: Words): boolean {
  return s.src3 === d && s.srcPort === port && s.src0 === a && s.src1 === b && s.src2 === c;
}

function isTo(s: Segment, [a, b, c, d, port]: Words): boolean {
  return s.dst3 === d && s.dstPort === port && s.dst0 === a && s.dst1 === b && s.dst2 === c;
}

/** An ICMP error that quotes a packet of the connection, in a few words. */
function icmpText({ icmp, family }: Segment): string {
  const type = icmp >>> 8;
  const code = icmp & 255;
  const names: Readonly<Record<number, string>> =
    family === 6
      ? { 1: "destination unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem" }
      : { 3: "destination unreachable", 4: "source quench", 11: "time exceeded", 12: "parameter problem" };
  return `is told by ICMP: ${names[type] ?? `type ${type}`} (code ${code})`;
}
