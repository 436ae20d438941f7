import { freePort } from "@hangup/service/testing";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** `hangup ingest` as a process of its own, run from its source. */
export class IngestProcess {
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly exited: Promise<number | null>;
  /** What it has written to stderr: its log, and the line that says why it ended. */
  errors = "";

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    this.exited = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
  }

  static async spawn(options: readonly string[]): Promise<IngestProcess> {
    const port = await freePort();
    const main = join(import.meta.dirname, "../main.ts");
    const listen = ["--admin-listen", `127.0.0.1:${port}`];
    const child = spawn(process.execPath, ["--conditions=source", main, ...options, ...listen], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return new IngestProcess(child, port);
  }

  /** Resolves when it reads its partitions; rejects with what it said if it ends before. */
  async ready(): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`ingest ended: ${this.errors}`);
      if ((await this.readyz()) === "ok") return;
      await sleep(50);
    }
  }

  /** What /readyz says; empty while nobody listens. */
  async readyz(): Promise<string> {
    return (await this.#get("/readyz")).trim();
  }

  /** The value of one metric line, e.g. `hangup_ingest_dead_letters_total{reason="empty"}`; 0 when there is none. */
  async metric(line: string): Promise<number> {
    const found = (await this.#get("/metrics")).split("\n").find((text) => text.startsWith(`${line} `));
    return found === undefined ? 0 : Number(found.slice(line.length + 1));
  }

  async #get(path: string): Promise<string> {
    try {
      return await (await fetch(`http://127.0.0.1:${this.#port}${path}`)).text();
    } catch {
      return "";
    }
  }

  /** Sends the signal, TERM unless said otherwise; resolves with the exit code. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }
}

/** Asks until the answer is right; a wrong one after `limitMs` is an error that shows it. */
export async function eventually<T>(
  ask: () => Promise<T>,
  right: (answer: T) => boolean,
  limitMs = 60_000,
): Promise<T> {
  const until = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (right(answer)) return answer;
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(answer)} after ${limitMs} ms`);
    await sleep(100);
  }
}
