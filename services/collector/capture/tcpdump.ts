import { spawn, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CaptureError, type CaptureSource } from "@hangup/packets";
import { HangupError, type Logger } from "@hangup/service";
import { captureFault } from "@hangup/teardowns";
import type { Timers } from "../timers.ts";
import type { Command } from "./arguments.ts";
import { Leash } from "./leash.ts";
import {
  linkTypeSaid,
  missingTool,
  noPackets,
  readCounters,
  saysListening,
  sumOf,
  type PacketCounters,
} from "./messages.ts";
import { PacketPipe } from "./packet-pipe.ts";
import { RecordBoundary } from "./record-boundary.ts";
import type { Source, Taker } from "./source.ts";

export interface TcpdumpParts {
  /** Asked before each start: the interface may be another one by then. */
  readonly command: () => Command;
  /** The interface, undefined for a file. */
  readonly name?: string;
  /** Takes the bytes of one pcap stream, whatever number of tcpdumps it came from. */
  readonly taker: Taker;
  /** How long packets may lie in the pipe at most, ms: who looks less often pays less. */
  readonly longestPauseMs: number;
  /** A file, for tcpdump's stdin. */
  readonly input?: () => Promise<CaptureSource>;
  /** Turns tcpdump's last words into an error. */
  readonly complaint: (lines: readonly string[]) => HangupError;
  /** Reading a file, or a number of packets: when tcpdump ends well, the capture has ended. */
  readonly finite: boolean;
  /** What is taken is written to a file as it comes. */
  readonly copied: boolean;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Between the deaths of tcpdumps: doubled each time up to the limit, and back to the first when one has lived that long. */
const FIRST_BACKOFF_MS = 500;
const LAST_BACKOFF_MS = 10_000;
/** A tcpdump that does not end at SIGINT is killed. */
const END_LIMIT_MS = 1_000;
const REMEMBERED_LINES = 10;

/** tcpdump as a child: its packets, its counters, and its successor when it dies. */
export class Tcpdump implements Source {
  readonly #parts: TcpdumpParts;
  readonly #boundary: RecordBoundary;
  readonly #finished = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #stopping = false;
  #backoffMs = FIRST_BACKOFF_MS;
  #retry: { cancel(): void } | undefined;
  #input: CaptureSource | undefined;
  #pipe: PacketPipe | undefined;
  /** Why what a tcpdump was given, or gave, could not be read. */
  #unread: unknown;
  /** As the last tcpdump called it. */
  #linkType: string | undefined;
  /** tcpdump has said that it listens: only then a SIGUSR1 asks, and does not kill. */
  #listening = false;
  /** Of the tcpdumps that have ended. */
  #before = noPackets();
  #now = noPackets();
  /** Why no tcpdump runs, or null while one does. */
  trouble: string | null = "tcpdump has not started";
  restarts = 0;

  constructor(parts: TcpdumpParts) {
    this.#parts = parts;
    this.#boundary = new RecordBoundary((chunk) => parts.taker.take(chunk));
    // Its reader may come late.
    this.#finished.promise.catch(() => undefined);
  }

  /** Resolves when the capture runs. @throws HangupError when it cannot: later deaths are repaired, this one is the user's. */
  async start(): Promise<void> {
    this.#input = await this.#parts.input?.();
    await this.#run(this.#parts.command());
  }

  get damage(): string {
    return this.#input?.damage ?? "";
  }

  /** Resolves when a finite capture has ended; rejects when it ended badly. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Of all tcpdumps together, as fresh as the last `requestCounters`. */
  counters(): PacketCounters {
    return sumOf([this.#before, this.#now]);
  }

  interfaces(): ReadonlyMap<string, PacketCounters> {
    const { name } = this.#parts;
    return new Map(name === undefined ? [] : [[name, this.counters()]]);
  }

  head(): Uint8Array | undefined {
    return this.#boundary.head;
  }

  retry(): void {
    if (this.#retry === undefined || this.#stopping) return;
    this.#retry.cancel();
    this.#backoffMs = FIRST_BACKOFF_MS;
    this.#startAgain();
  }

  requestCounters(): void {
    if (this.#listening) this.#child?.kill("SIGUSR1");
  }

  get isBehind(): boolean {
    return this.#pipe?.isBehind ?? false;
  }

  passTime(): void {}

  /** Ends the capture and reads what is in the pipe. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#retry?.cancel();
    const child = this.#child;
    // It may have been waiting for room; without a reader it would never end.
    child?.stdout?.resume();
    child?.kill("SIGINT");
    const timer = setTimeout(() => child?.kill("SIGKILL"), END_LIMIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #run(command: Command): Promise<void> {
    const { finite, log, longestPauseMs } = this.#parts;
    const started = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    const lines: string[] = [];
    const input = this.#input;
    let heard = false;
    const began = performance.now();
    this.#unread = undefined;
    this.#boundary.begin();
    // A group of its own: a ctrl-C at the terminal is ours to pass on, in our order.
    const start = (stdin: "ignore" | "pipe", stdout: "pipe" | number): ChildProcess =>
      spawn(command.program, [...command.args], { stdio: [stdin, stdout, "pipe"], detached: true });
    const pipe = input === undefined ? new PacketPipe(longestPauseMs, (chunk) => this.#take(child, chunk)) : undefined;
    const child = pipe?.connect((writeEnd) => start("ignore", writeEnd)) ?? start("pipe", "pipe");
    this.#child = child;
    this.#pipe = pipe;
    const leash = child.pid === undefined || input !== undefined ? undefined : new Leash(child.pid);
    if (input !== undefined && child.stdin !== null) {
      feed(input, child.stdin).catch((error: unknown) => (this.#unread = error));
    }
    child.stdout?.on("data", (chunk: Buffer) => this.#take(child, chunk));
    eachLine(child.stderr as Readable, (line) => {
      if (readCounters(line, this.#now)) return;
      lines.push(line);
      if (lines.length > REMEMBERED_LINES) lines.shift();
      if (!saysListening(line)) return;
      heard = true;
      this.#listening = input === undefined;
      this.#noteRun(line);
      this.trouble = null;
      started.resolve();
    });
    const end = (complaint: Error | undefined): void => {
      // A program that cannot be started says so first and is closed then.
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#listening = false;
      leash?.release();
      pipe?.close();
      // What was left in the pipe may be what cannot be read.
      const error = this.#unread ?? complaint;
      this.#takeOver();
      ended.resolve();
      if (this.#stopping || (error === undefined && finite)) {
        this.#finished.resolve();
        started.resolve();
        return;
      }
      const why = error instanceof Error ? error : this.#parts.complaint(lines);
      this.trouble = why.message;
      if (finite) {
        started.reject(why);
        this.#finished.reject(why);
      } else if (heard || this.restarts > 0) this.#again(why, performance.now() - began);
      else started.reject(why);
    };
    child.on("error", (cause: NodeJS.ErrnoException) => {
      // Of a child that runs it says only that a signal did not reach it; its end is still to come.
      if (child.pid === undefined) end(missingTool(command.program, cause));
      else log.warn(`${command.program} cannot be signalled: ${cause.message}`);
    });
    child.on("close", (code) => end(code === 0 ? undefined : this.#parts.complaint(lines)));
    return started.promise;
  }

  #take(child: ChildProcess, chunk: Buffer): void {
    const { name, taker } = this.#parts;
    try {
      if (name === undefined) taker.take(chunk);
      else {
        const refusal = this.#boundary.push(chunk);
        if (refusal !== null) {
          this.#unread ??= captureFault(refusal, "tcpdump's output");
          child.kill("SIGKILL");
        }
      }
    } catch (error) {
      // What it sends cannot be read, and its successor would send the same.
      this.#stopping = true;
      this.#finished.reject(captureFault(error, "tcpdump's output"));
      child.kill("SIGKILL");
      return;
    }
    const room = this.#input === undefined ? undefined : taker.room();
    if (room === undefined || this.#stopping) return;
    child.stdout?.pause();
    void room.then(() => child.stdout?.resume());
  }

  #again(why: Error, livedMs: number): void {
    if (livedMs > LAST_BACKOFF_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    this.restarts++;
    this.#parts.log.warn({ inMs: this.#backoffMs }, `${why.message}; tcpdump is started again`);
    this.#retry = this.#parts.timers.after(this.#backoffMs, () => this.#startAgain());
    this.#backoffMs = Math.min(this.#backoffMs * 2, LAST_BACKOFF_MS);
  }

  #startAgain(): void {
    this.#retry = undefined;
    try {
      this.#run(this.#parts.command()).catch(() => undefined);
    } catch (error) {
      this.trouble = (error as Error).message;
      this.#again(error as Error, 0);
    }
  }

  /** It listens, as this line says. */
  #noteRun(line: string): void {
    const { copied, log } = this.#parts;
    const linkType = linkTypeSaid(line);
    const before = this.#linkType;
    this.#linkType = linkType;
    if (this.restarts === 0) return;
    if (linkType === before) {
      log.info("tcpdump runs again");
      return;
    }
    const remark = copied ? ": most programs read the file of -w up to here, and SIGHUP begins a new one" : "";
    log.warn({ linkType, before }, `tcpdump runs again, on an interface that has another link type now${remark}`);
  }

  #takeOver(): void {
    this.#before = this.counters();
    this.#now = noPackets();
  }
}

/** Gives a file to tcpdump. That it ends before the file does is its own affair: it has seen enough, or says why. */
async function feed(input: CaptureSource, stdin: Writable): Promise<void> {
  try {
    await pipeline(copies(input), stdin);
  } catch (error) {
    if (error instanceof CaptureError) throw error;
  }
}

/** The source uses its buffer again. */
async function* copies(input: CaptureSource): AsyncGenerator<Buffer> {
  for await (const chunk of input) yield Buffer.from(chunk);
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  stream.on("end", () => {
    if (rest !== "") take(rest);
  });
}
