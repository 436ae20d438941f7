import "./v8-flags.ts";
import { Judge, type Kind } from "@hangup/causes";
import { SEEDS, Tracker, type EndedConnection, type NotesExchange, type TrackerCounters } from "@hangup/connections";
import {
  CaptureDecoder,
  type CaptureDecoderOptions,
  type DecodeCounters,
  type Segment,
  type Share,
} from "@hangup/packets";
import { mappedPrefix } from "./address.ts";
import type { Teardown } from "./columns.ts";
import { emptyRow, fillCounted, fillRow, type Observation } from "./row.ts";

/** A live row is judged so long after the segment that ended it, µs. */
export const DEFAULT_SETTLE_US = 1_000_000;
/** Linux's largest retransmission timeout, µs. */
export const DEFAULT_SILENCE_US = 120_000_000;
const DEFAULT_FILE_MEMORY = 2 ** 31;
const DEFAULT_LIVE_MEMORY = 256 * 2 ** 20;

export interface ObserverOptions extends CaptureDecoderOptions {
  /** Name and start of the collector: part of each row's identity. */
  readonly collector: string;
  readonly epoch: number;
  /** Live, µs of capture time from the ending segment to the judgement. Default 1 s. */
  readonly settleUs?: number;
  /** Silence without a packet that is judged, µs. Default 120 s. */
  readonly silenceUs?: number;
  /** false: a file, whose rules over many connections hold and whose timers are judged at its last packet. */
  readonly live: boolean;
  /** Rows of connections that did not end too (kinds open and not_observed). */
  readonly all: boolean;
  /** What the capture holds; default: found from the packets. */
  readonly captureMode?: "all" | "flags";
  /** Live, the host's own addresses, 16 bytes each. */
  readonly localAddresses?: readonly Uint8Array[];
  /** Rows to be left out: counted as filtered, they get no number. */
  readonly exclude?: (row: Teardown) => boolean;
  /** Fill all columns; false: those alone by which rows are counted, what ended and where. Default true. */
  readonly facts?: boolean;
  /** Packets that the capture has lost so far. */
  readonly captureDrops?: () => number;
  /** Times so far that the capture itself had to begin again: what passed meanwhile nobody counts. */
  readonly captureGaps?: () => number;
  /** Live, what time it is, µs since 1970: what was lost by now was sent by now, where the capture has not come to it yet. */
  readonly clock?: () => number;
  /** Cap on the connection table, bytes. */
  readonly maxMemoryBytes?: number;
  /**
   * Follow only one share of the connections, as observers beside it follow the others of the same capture. Their rows together are those
   * of one observer, but for their numbers, what memory is too short for, and copies that one observer's memory of packets has lost.
   */
  readonly share?: ObserverShare;
}

export interface ObserverShare extends Share {
  readonly exchange: NotesExchange;
}

/** What came in, and what became of it. */
export class ObserverCounters {
  /** Rows handed out, by kind; filtered ones apart. */
  readonly rows: Record<Kind, number> = { fin: 0, reset: 0, refused: 0, timeout: 0, open: 0, not_observed: 0 };
  filtered = 0;
  /** Connections without an end that are not handed out, by why the tracker let them go. */
  readonly notEnded = { evicted: 0, replaced: 0, captureEnd: 0, settled: 0 };
  /** Connections that were judged for good: rows + filtered + not ended. */
  told = 0;
  readonly decode: DecodeCounters;
  readonly tracking: TrackerCounters;

  constructor(decode: DecodeCounters, tracking: TrackerCounters) {
    this.decode = decode;
    this.tracking = tracking;
  }

  get packets(): number {
    return this.decode.packets;
  }

  /** On the wire. */
  get bytes(): number {
    return this.decode.bytes;
  }

  /** Every packet has exactly one of these outcomes. */
  get outcomes(): Record<string, number> {
    const { tcp, notTcp, truncated, malformed, unsupported, fragments, badChecksum } = this.decode;
    return { tcp, not_tcp: notTcp, truncated, malformed, unsupported, fragments, bad_checksum: badChecksum };
  }

  get connections(): number {
    return this.tracking.connections;
  }

  /** Connections that have not been judged for good yet. */
  get following(): number {
    return this.tracking.connections - this.told;
  }

  /** Connections that were forgotten before their end because memory was short, by what they were. */
  get evicted(): Record<string, number> {
    const { evictedHalfOpen, evictedIdle } = this.tracking;
    return { half_open: evictedHalfOpen, idle: evictedIdle };
  }
}

/** Bytes of a capture in, teardowns out: decoder, tracker and judge in a row. */
export class Observer {
  readonly counters: ObserverCounters;
  readonly #options: ObserverOptions;
  readonly #sink: (row: Teardown) => void;
  readonly #decoder: CaptureDecoder;
  readonly #tracker: Tracker;
  readonly #judge: Judge;
  readonly #row: Teardown;
  readonly #observation: Observation;
  readonly #facts: boolean;
  /** Where rows are only to be counted: those of connections that ended alike, by likeness, as far as they are the same. */
  readonly #alike = new Map<number, Teardown>();
  /** From the number of a row to that of the next: observers that share a capture number theirs in turn. */
  readonly #rowsApart: number;
  /** Packets that the capture had lost when last looked, and the time by which that number had grown. */
  #drops = 0;
  #gaps = 0;
  #lossUs = -Infinity;

  /** `sink` gets each row as the same object: copy what you keep. */
  constructor(options: ObserverOptions, sink: (row: Teardown) => void) {
    this.#options = options;
    this.#sink = sink;
    this.#judge = new Judge(!options.live);
    this.#row = emptyRow(options.collector, options.epoch);
    const { share } = options;
    this.#rowsApart = share?.of ?? 1;
    this.#row.seq = share?.index ?? 0;
    this.#observation = {
      localKnown: options.localAddresses !== undefined,
      whole: !options.live,
    };
    this.#facts = options.facts ?? true;
    const tracker = new Tracker(
      {
        settleUs: options.live ? (options.settleUs ?? DEFAULT_SETTLE_US) : null,
        silenceUs: options.silenceUs ?? DEFAULT_SILENCE_US,
        maxMemoryBytes:
          (options.maxMemoryBytes ?? (options.live ? DEFAULT_LIVE_MEMORY : DEFAULT_FILE_MEMORY)) / this.#rowsApart,
        // Live, strangers choose the addresses, and have all the time to guess.
        seed: options.live ? process.getBuiltinModule("node:crypto").randomInt(SEEDS) : undefined,
        exchange: share?.exchange,
        alike:
          this.#facts || options.exclude !== undefined
            ? undefined
            : (likeness, server, port) => this.#tellAlike(likeness, server, port),
        onTurn: (nowUs) => this.#noteLoss(nowUs),
      },
      (ended) => this.#tell(ended),
    );
    this.#tracker = tracker;
    if (options.captureMode === "all") tracker.plainSeen = true;
    if (options.localAddresses !== undefined) tracker.neighbourhood.hosts.setLocal(options.localAddresses);
    const take = share === undefined ? (s: Segment) => tracker.track(s) : (s: Segment) => tracker.trackShared(s);
    const others = share === undefined ? null : { ...share, passOver: (s: Segment) => tracker.passOver(s) };
    this.#decoder = new CaptureDecoder(take, options, others, tracker.fastPath);
    this.counters = new ObserverCounters(this.#decoder.counters, tracker.counters);
  }

  /** Where chunks are best read into: from there they need not be copied. */
  get input(): Uint8Array | null {
    return this.#decoder.input;
  }

  /**
   * The next bytes of a pcap or pcapng stream, in any chunking.
   * @throws CaptureError when it is no capture, or one of a link type that cannot be read.
   */
  push(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  /** This file has ended; what is pushed now is of another, in which the capture goes on. @throws CaptureError when it was no capture. */
  endFile(): void {
    this.#decoder.endFile();
  }

  /** Capture time of the last packet, µs; null before the first. */
  get lastUs(): number | null {
    return this.counters.packets === 0 ? null : this.#decoder.timeUs;
  }

  /** Live: the capture has come to this time, even if no packet says so. */
  advance(nowUs: number): void {
    this.#tracker.advance(nowUs);
  }

  /** The capture has ended: judges all that is left. @throws CaptureError when it ended before it was a capture. */
  finish(): void {
    let error: unknown = null;
    try {
      this.#decoder.end();
    } catch (cause) {
      error = cause;
    }
    this.#tracker.finish();
    if (error !== null) throw error;
  }

  #noteLoss(nowUs: number): void {
    const drops = this.#options.captureDrops?.() ?? this.#decoder.counters.captureDrops;
    const gaps = this.#options.captureGaps?.() ?? 0;
    if (drops <= this.#drops && gaps <= this.#gaps) return;
    this.#drops = drops;
    this.#gaps = gaps;
    this.#lossUs = Math.max(nowUs, this.#options.clock?.() ?? nowUs);
    this.#tracker.lossUs = this.#lossUs;
  }

  /** Answers whether the row is told for good: an open one that only fell silent goes on. */
  #tell(ended: EndedConnection): boolean {
    ended.captureLoss = this.#lossUs >= ended.startUs;
    const verdict = this.#judge.judge(ended);
    const { kind } = verdict;
    const unended = kind === "open" || kind === "not_observed";
    if (unended && ended.occasion === "silence") return false;
    this.counters.told++;
    if (unended && !this.#options.all) {
      this.#countNotEnded(ended.occasion);
      return true;
    }
    const row = this.#row;
    if (this.#facts) fillRow(row, ended, verdict, this.#observation);
    else fillCounted(row, ended, verdict);
    row.capture_drops = this.#drops;
    if (this.#options.exclude?.(row) === true) {
      this.counters.filtered++;
      return true;
    }
    if (!this.#facts) this.#noteAlike(ended);
    if (kind === "fin") this.counters.rows.fin++;
    else this.counters.rows[kind]++;
    this.#sink(row);
    row.seq += this.#rowsApart;
    return true;
  }

  /** What is told of others like it. */
  #noteAlike({ likeness, captureLoss }: EndedConnection): void {
    if (likeness === 0 || captureLoss || this.#alike.has(likeness)) return;
    this.#alike.set(likeness, { ...this.#row, server_ip: mappedPrefix() });
  }

  /** As `#tell`, of a connection that two FINs ended, or whose SYN met no answer, as another's that was told before. */
  #tellAlike(likeness: number, server: number, port: number): void {
    const row = this.#alike.get(likeness);
    if (row === undefined) throw new Error(`no connection was told of likeness ${likeness}`);
    const { server_ip: address } = row;
    address[12] = server >>> 24;
    address[13] = server >>> 16;
    address[14] = server >>> 8;
    address[15] = server;
    row.server_port = port;
    this.counters.told++;
    if (row.kind === "fin") this.counters.rows.fin++;
    else this.counters.rows.timeout++;
    this.#sink(row);
  }

  #countNotEnded(occasion: EndedConnection["occasion"]): void {
    const { notEnded } = this.counters;
    if (occasion === "capture_end" || occasion === "stopped") notEnded.captureEnd++;
    else if (occasion === "replaced") notEnded.replaced++;
    else if (occasion === "evicted") notEnded.evicted++;
    else notEnded.settled++;
  }
}
