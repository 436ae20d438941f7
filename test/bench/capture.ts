import { existsSync, mkdirSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { EventQueue } from "./event-queue.ts";
import { FrameWriter } from "./frame-writer.ts";
import { seededRandom } from "./random.ts";

/** Raise it when the same numbers give another capture. */
const VERSION = 1;
const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const START_US = 1_750_000_000_000_000;
const MSS = 1448;

/** How a connection of the capture ends. */
const CLOSED = 0;
const SERVER_CLOSED = 1;
const ABORTED = 2;
const REFUSED = 3;
const UNANSWERED = 4;

/** Steps before the first request, and the ending behind the last response. */
const FIRST_EXCHANGE = 3;
const ENDING = 1000;

export interface CaptureShape {
  /** About this many packets. */
  readonly packets: number;
  readonly connections: number;
  readonly seed: number;
}

export const LARGE_CAPTURE: CaptureShape = { packets: 5_000_000, connections: 400_000, seed: 1 };

/** Where the capture of this shape lies, written on first use. Outside the repository: `$XDG_CACHE_HOME/hangup/bench`. */
export function benchCapture(shape: CaptureShape = LARGE_CAPTURE): string {
  const directory = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "hangup", "bench");
  const path = join(directory, `v${VERSION}-${shape.packets}-${shape.connections}-${shape.seed}.pcap`);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeCapture(unfinished, shape);
  renameSync(unfinished, path);
  return path;
}

/**
 * A busy server farm seen from the middle: 250 servers on five ports, 20,000 clients, 1,000 new connections a second. 86 % end by
 * FIN (a fifth of them the server's), 6 % by an abort after data, 5 % are refused, 3 % never answered.
 */
export function writeCapture(path: string, { packets, connections, seed }: CaptureShape): void {
  const traffic = new Traffic(path, seed, packets, connections);
  const queue = new EventQueue(connections + 1);
  let opened = 0;
  let nextOpen = START_US;
  while (opened < connections || queue.length > 0) {
    if (opened < connections && (queue.length === 0 || nextOpen <= queue.time)) {
      traffic.open(opened);
      queue.push(nextOpen, opened++);
      nextOpen += traffic.gapUs();
    }
    const now = queue.time;
    const connection = queue.pop();
    const delay = traffic.send(connection, now);
    if (delay >= 0) queue.push(now + delay, connection);
  }
  traffic.close();
}

/** State of every connection, and the next packet of each. */
class Traffic {
  readonly #out: FrameWriter;
  readonly #random: () => number;
  readonly #exchanges: number;
  readonly #client: Int32Array;
  readonly #server: Int32Array;
  readonly #clientPort: Uint16Array;
  readonly #serverPort: Uint16Array;
  readonly #clientSeq: Uint32Array;
  readonly #serverSeq: Uint32Array;
  readonly #ending: Uint8Array;
  readonly #step: Uint16Array;
  readonly #exchangesLeft: Uint16Array;
  readonly #segmentsLeft: Uint8Array;
  readonly #rttUs: Float64Array;
  readonly #synOptions = Uint8Array.from([2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7]);
  readonly #options = Uint8Array.from([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  readonly #none = new Uint8Array(0);
  #ipId = 0;

  constructor(path: string, seed: number, packets: number, connections: number) {
    this.#out = new FrameWriter(path);
    this.#random = seededRandom(seed);
    // A connection takes six packets besides its exchanges, an exchange takes five on average.
    this.#exchanges = Math.max(1, (packets / connections - 6) / 5 / 0.92 + 0.25);
    this.#client = new Int32Array(connections);
    this.#server = new Int32Array(connections);
    this.#clientPort = new Uint16Array(connections);
    this.#serverPort = new Uint16Array(connections);
    this.#clientSeq = new Uint32Array(connections);
    this.#serverSeq = new Uint32Array(connections);
    this.#ending = new Uint8Array(connections);
    this.#step = new Uint16Array(connections);
    this.#exchangesLeft = new Uint16Array(connections);
    this.#segmentsLeft = new Uint8Array(connections);
    this.#rttUs = new Float64Array(connections);
  }

  /** Time to the next new connection, exponential around 1 ms. */
  gapUs(): number {
    return -1000 * Math.log(1 - this.#random());
  }

  open(connection: number): void {
    const random = this.#random;
    this.#client[connection] = 0x0a000000 + Math.floor(random() * 20_000);
    this.#server[connection] = (0xc0a80000 + Math.floor(random() * 250)) | 0;
    this.#clientPort[connection] = 32_768 + ((connection * 7) % 28_232);
    this.#serverPort[connection] = [80, 443, 5432, 6379, 8080][Math.floor(random() * 5)];
    this.#clientSeq[connection] = random() * 4_294_967_296;
    this.#serverSeq[connection] = random() * 4_294_967_296;
    this.#rttUs[connection] = 200 + 40_000 * random() * random();
    const lot = random();
    this.#ending[connection] =
      lot < 0.69 ? CLOSED : lot < 0.86 ? SERVER_CLOSED : lot < 0.92 ? ABORTED : lot < 0.97 ? REFUSED : UNANSWERED;
    // Geometric: many short connections, some long ones.
    this.#exchangesLeft[connection] = Math.min(
      400,
      1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / this.#exchanges)),
    );
    this.#step[connection] = 0;
  }

  /** Sends the next packet of the connection; answers the time to the one after it, or -1 behind the last. */
  send(connection: number, now: number): number {
    const step = this.#step[connection]++;
    const rtt = this.#rttUs[connection];
    const ending = this.#ending[connection];
    if (step === 0) {
      this.#fromClient(connection, now, SYN, 0, this.#synOptions);
      if (ending !== UNANSWERED) this.#clientSeq[connection]++;
      return ending === UNANSWERED ? 1_000_000 : rtt / 2;
    }
    if (ending === UNANSWERED) {
      this.#fromClient(connection, now, SYN, 0, this.#synOptions);
      return step < 4 ? 1_000_000 * 2 ** step : -1;
    }
    if (step === 1 && ending === REFUSED) {
      this.#serverSeq[connection] = 0;
      this.#fromServer(connection, now, RST | ACK, 0, this.#none);
      return -1;
    }
    if (step === 1) {
      this.#fromServer(connection, now, SYN | ACK, 0, this.#synOptions);
      this.#serverSeq[connection]++;
      return rtt / 2;
    }
    if (step === 2) {
      this.#fromClient(connection, now, ACK, 0, this.#options);
      return 50;
    }
    if (step >= ENDING) return this.#end(connection, now, step - ENDING);
    return this.#exchange(connection, now, step);
  }

  /** A request of one segment, its acknowledgment, a response of one to three, their acknowledgment. */
  #exchange(connection: number, now: number, step: number): number {
    const random = this.#random;
    const rtt = this.#rttUs[connection];
    switch (step) {
      case FIRST_EXCHANGE:
        this.#fromClient(connection, now, PSH | ACK, 80 + Math.floor(random() * 900), this.#options);
        this.#segmentsLeft[connection] = 1 + Math.floor(random() * 3);
        return rtt / 2;
      case FIRST_EXCHANGE + 1:
        this.#fromServer(connection, now, ACK, 0, this.#options);
        return 500 + random() * 50_000;
      case FIRST_EXCHANGE + 2: {
        const last = --this.#segmentsLeft[connection] === 0;
        const length = last ? 1 + Math.floor(random() * MSS) : MSS;
        this.#fromServer(connection, now, last ? PSH | ACK : ACK, length, this.#options);
        if (!last) this.#step[connection] = step;
        return last ? rtt / 2 : 12;
      }
      default: {
        this.#fromClient(connection, now, ACK, 0, this.#options);
        const more = --this.#exchangesLeft[connection] > 0;
        this.#step[connection] = more ? FIRST_EXCHANGE : ENDING;
        // People and pools think between requests: live connections are some ten thousand.
        return more ? random() * random() * 20_000_000 : 1000 + random() * 5_000_000;
      }
    }
  }

  #end(connection: number, now: number, step: number): number {
    const rtt = this.#rttUs[connection];
    if (this.#ending[connection] === ABORTED) {
      if (this.#random() < 0.5) this.#fromServer(connection, now, RST | ACK, 0, this.#none);
      else this.#fromClient(connection, now, RST | ACK, 0, this.#none);
      return -1;
    }
    const clientFirst = this.#ending[connection] === CLOSED;
    const client = step === 1 ? !clientFirst : clientFirst;
    const flags = step === 2 ? ACK : FIN | ACK;
    if (client) this.#fromClient(connection, now, flags, 0, this.#options);
    else this.#fromServer(connection, now, flags, 0, this.#options);
    if (step < 2 && client) this.#clientSeq[connection]++;
    if (step < 2 && !client) this.#serverSeq[connection]++;
    return step === 2 ? -1 : rtt / 2 + 200;
  }

  #fromClient(connection: number, now: number, flags: number, payload: number, options: Uint8Array): void {
    const ack = (flags & ACK) === 0 ? 0 : this.#serverSeq[connection];
    this.#stamp(options, now);
    this.#out.segment(
      now,
      this.#client[connection],
      this.#server[connection],
      this.#clientPort[connection],
      this.#serverPort[connection],
      this.#clientSeq[connection],
      ack,
      flags,
      payload,
      61,
      this.#ipId++,
      options,
    );
    this.#clientSeq[connection] += payload;
  }

  #fromServer(connection: number, now: number, flags: number, payload: number, options: Uint8Array): void {
    this.#stamp(options, now);
    this.#out.segment(
      now,
      this.#server[connection],
      this.#client[connection],
      this.#serverPort[connection],
      this.#clientPort[connection],
      this.#serverSeq[connection],
      this.#clientSeq[connection],
      flags,
      payload,
      63,
      this.#ipId++,
      options,
    );
    this.#serverSeq[connection] += payload;
  }

  /** Puts a millisecond clock into the timestamps option: at 8 in the SYN's options, at 4 in all others. */
  #stamp(options: Uint8Array, now: number): void {
    if (options.length === 0) return;
    const at = options.length === 12 ? 4 : 8;
    const clock = Math.floor((now - START_US) / 1000) + 100_000;
    options[at] = clock >>> 24;
    options[at + 1] = clock >>> 16;
    options[at + 2] = clock >>> 8;
    options[at + 3] = clock;
  }

  close(): void {
    this.#out.close();
  }
}
