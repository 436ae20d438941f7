import { Worker, MessageChannel, type MessagePort } from "node:worker_threads";
import { endBy, HangupError } from "@hangup/service/command";
import { bold } from "../../terminal.ts";
import type { Followed } from "../follow-files.ts";
import { summaryLine, type CaptureSummary } from "../summary.ts";
import type { TallyContents } from "../tally.ts";
import type { SharedTask, ShareMessage, ShareTask } from "./share-messages.ts";
import { PEN_BYTES } from "./share-rows.ts";
import { sizesOf } from "./thread-count.ts";

const fromSources = import.meta.url.endsWith(".ts");
const SHARE_WORKER = new URL(`./share-worker.${fromSources ? "ts" : "js"}`, import.meta.url);

/** Where to what the threads find out goes; rows they write themselves. */
export interface Sinks {
  readonly tally: (contents: TallyContents) => void;
  readonly stderr: (text: string) => void;
}

export type InThreads = Omit<SharedTask, "sizes" | "rounds" | "pen">;

/**
 * As `followFiles`, with the connections split among `of` threads, each of which reads all files.
 * @param program what the threads run.
 * @throws HangupError as `followFiles`, and where a thread fails.
 */
export async function followInThreads(task: InThreads, sinks: Sinks, program: URL = SHARE_WORKER): Promise<Followed> {
  const { of } = task;
  const shared: SharedTask = {
    ...task,
    sizes: sizesOf(task.paths),
    rounds: new SharedArrayBuffer(of * 4),
    pen: new SharedArrayBuffer(PEN_BYTES),
  };
  const summaries = new Summaries(of, sinks.stderr);
  const workers: Worker[] = [];
  const hear = (share: number, message: ShareMessage): void => {
    if (message.kind === "unwritten") endBy(task.command, Object.assign(new Error(), message.error));
    else if (message.kind === "stderr") summaries.say(share, message.text);
    else if (message.kind === "summary") summaries.add(share, message.summary);
  };
  try {
    const running = portsBetween(of).map((ports, index) => {
      const worker = startWorker(program, { ...shared, index, ports });
      workers.push(worker);
      return untilDone(worker, index, of, (message) => hear(index, message));
    });
    const done = await Promise.all(running);
    for (const { tally } of done) sinks.tally(tally);
    return { ...done[0].followed, connections: sumOf(done, ({ followed }) => followed.connections) };
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startWorker(program: URL, workerData: ShareTask): Worker {
  const transferList = workerData.ports.filter((port) => port !== null);
  // A thread has no terminal of its own to ask for colours.
  const env = bold("") === "" ? process.env : { ...process.env, FORCE_COLOR: "1" };
  // The options of the process that are for all of its threads are refused here.
  const execArgv = fromSources ? ["--conditions=source"] : [];
  return new Worker(program, { workerData, transferList, env, execArgv });
}

/** Resolves with the last message of the thread. */
function untilDone(
  worker: Worker,
  index: number,
  of: number,
  hear: (message: ShareMessage) => void,
): Promise<ShareMessage & { readonly kind: "done" }> {
  const which = `thread ${index + 1} of ${of}`;
  const remedy = "With --threads 1 it may go through";
  return new Promise((resolve, reject) => {
    worker.on("message", (message: ShareMessage) => {
      if (message.kind === "done") resolve(message);
      else if (message.kind === "failed")
        reject(new HangupError(message.code, message.message, { remedy: message.remedy }));
      else hear(message);
    });
    worker.on("error", (cause) => {
      const what = cause instanceof Error ? cause.message : String(cause);
      reject(new HangupError("HANGUP_INTERNAL", `${which} failed: ${what}`, { remedy, cause }));
    });
    worker.on("exit", () => reject(new HangupError("HANGUP_INTERNAL", `${which} ended early`, { remedy })));
  });
}

/** A port from each share to each other, by share. */
function portsBetween(of: number): (MessagePort | null)[][] {
  const ports: (MessagePort | null)[][] = Array.from({ length: of }, () => Array.from({ length: of }, () => null));
  for (let one = 0; one < of; one++) {
    for (let other = one + 1; other < of; other++) {
      const { port1, port2 } = new MessageChannel();
      ports[one][other] = port1;
      ports[other][one] = port2;
    }
  }
  return ports;
}

/** What goes to stderr, in the order of share 0: a summary when all shares have come to it. */
class Summaries {
  readonly #write: (text: string) => void;
  /** By share, the summaries that the others have not come to. */
  readonly #waiting: CaptureSummary[][];
  /** What share 0 has said since its first summary that is not told; null in a summary's place. */
  #said: (string | null)[] = [];

  constructor(shares: number, write: (text: string) => void) {
    this.#write = write;
    this.#waiting = Array.from({ length: shares }, () => []);
  }

  say(share: number, text: string): void {
    if (share !== 0) return;
    this.#said.push(text);
    this.#tell();
  }

  add(share: number, summary: CaptureSummary): void {
    this.#waiting[share].push(summary);
    if (share === 0) this.#said.push(null);
    this.#tell();
  }

  #tell(): void {
    while (this.#said.length > 0) {
      const [text] = this.#said;
      if (text === null && this.#waiting.some((summaries) => summaries.length === 0)) return;
      this.#said.shift();
      this.#write(text ?? this.#next());
    }
  }

  /** Packets are the same in all shares, connections are each share's own. */
  #next(): string {
    const all = this.#waiting.flatMap((summaries) => summaries.splice(0, 1));
    const connections = sumOf(all, (summary) => summary.connections);
    const ended = sumOf(all, (summary) => summary.ended);
    const evicted = sumOf(all, (summary) => summary.evicted);
    return `${summaryLine({ ...all[0], connections, ended, evicted })}\n`;
  }
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}
