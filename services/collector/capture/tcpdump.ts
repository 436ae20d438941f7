import { spawn, type ChildProcess } from "node:child_process";
import { HangupError, type Logger } from "@hangup/service";
import type { Command } from "./arguments.ts";
import { captureFault } from "./fault.ts";
import { noPackets, readCounters, saysListening, type PacketCounters } from "./messages.ts";
import { RecordBoundary } from "./record-boundary.ts";

export interface TcpdumpParts {
  readonly command: Command;
  /** Bytes of one pcap stream, whatever number of tcpdumps it came from. */
  readonly onBytes: (chunk: Uint8Array) => void;
  /** Turns tcpdump's last words into an error. */
  readonly complaint: (lines: readonly string[]) => HangupError;
  /** Reading a file, or a number of packets: when tcpdump ends well, the capture has ended. */
  readonly finite: boolean;
  readonly log: Logger;
}

/** Between the deaths of tcpdumps: doubled each time up to the limit, and back to the first when one has lived that long. */
const FIRST_BACKOFF_MS = 500;
const LAST_BACKOFF_MS = 30_000;
/** A tcpdump that does not end at SIGINT is killed. */
const END_LIMIT_MS = 2_000;
const REMEMBERED_LINES = 10;

/** tcpdump as a child: its packets, its counters, and its successor when it dies. */
export class Tcpdump {
  readonly #parts: TcpdumpParts;
  readonly #boundary: RecordBoundary;
  readonly #finished = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #stopping = false;
  #backoffMs = FIRST_BACKOFF_MS;
  #retry: NodeJS.Timeout | undefined;
  /** Of the tcpdumps that have ended. */
  readonly #before = noPackets();
  #now = noPackets();
  /** Why no tcpdump runs, or null while one does. */
  trouble: string | null = "tcpdump has not started";
  restarts = 0;

  constructor(parts: TcpdumpParts) {
    this.#parts = parts;
    this.#boundary = new RecordBoundary(parts.onBytes);
    // Its reader may come late.
    this.#finished.promise.catch(() => undefined);
  }

  /** Resolves when the capture runs. @throws HangupError when it cannot: later deaths are repaired, this one is the user's. */
  async start(): Promise<void> {
    await this.#run();
  }

  /** Resolves when a finite capture has ended; rejects when it ended badly. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Of all tcpdumps together, as fresh as the last `requestCounters`. */
  counters(): PacketCounters {
    const sum = noPackets();
    for (const name of Object.keys(sum) as (keyof PacketCounters)[]) sum[name] = this.#before[name] + this.#now[name];
    return sum;
  }

  requestCounters(): void {
    this.#child?.kill("SIGUSR1");
  }

  /** Ends the capture and reads what is in the pipe. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#retry);
    const child = this.#child;
    child?.kill("SIGINT");
    const timer = setTimeout(() => child?.kill("SIGKILL"), END_LIMIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #run(): Promise<void> {
    const { command, onBytes, finite } = this.#parts;
    const started = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    const lines: string[] = [];
    let listening = false;
    const began = performance.now();
    if (!finite) this.#boundary.begin();
    // A group of its own: a ctrl-C at the terminal is ours to pass on, in our order.
    const child = spawn(command.program, [...command.args], { stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      try {
        if (finite) onBytes(chunk);
        else if (!this.#boundary.push(chunk)) child.kill("SIGKILL");
      } catch (error) {
        // What it sends cannot be read, and its successor would send the same.
        this.#stopping = true;
        this.#finished.reject(captureFault(error, "tcpdump's output"));
        child.kill("SIGKILL");
      }
    });
    eachLine(child.stderr, (line) => {
      if (readCounters(line, this.#now)) return;
      lines.push(line);
      if (lines.length > REMEMBERED_LINES) lines.shift();
      if (!saysListening(line)) return;
      listening = true;
      if (this.restarts > 0) this.#parts.log.info("tcpdump runs again");
      this.trouble = null;
      started.resolve();
    });
    const end = (error: HangupError | undefined): void => {
      this.#child = undefined;
      this.#takeOver();
      ended.resolve();
      if (this.#stopping || (error === undefined && finite)) {
        this.#finished.resolve();
        started.resolve();
        return;
      }
      const why = error ?? this.#parts.complaint(lines);
      this.trouble = why.message;
      if (finite) {
        started.reject(why);
        this.#finished.reject(why);
      } else if (listening || this.restarts > 0) this.#again(why, performance.now() - began);
      else started.reject(why);
    };
    child.on("error", (cause: NodeJS.ErrnoException) => end(missingTool(command.program, cause)));
    child.on("close", (code) => end(code === 0 ? undefined : this.#parts.complaint(lines)));
    return started.promise;
  }

  #again(why: HangupError, livedMs: number): void {
    if (livedMs > LAST_BACKOFF_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    this.restarts++;
    this.#parts.log.warn({ inMs: this.#backoffMs }, `${why.message}; tcpdump is started again`);
    this.#retry = setTimeout(() => {
      this.#run().catch(() => undefined);
    }, this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, LAST_BACKOFF_MS);
  }

  #takeOver(): void {
    for (const name of Object.keys(this.#before) as (keyof PacketCounters)[]) this.#before[name] += this.#now[name];
    this.#now = noPackets();
  }
}

function missingTool(program: string, cause: NodeJS.ErrnoException): HangupError {
  return cause.code === "ENOENT"
    ? new HangupError("HANGUP_MISSING_TOOL", `the program '${program}' is not installed`, {
        remedy: program === "ip" ? "Install iproute2" : `Install ${program}`,
        cause,
      })
    : new HangupError("HANGUP_CAPTURE_FAILED", `${program} cannot be started: ${cause.message}`, { cause });
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
