import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A row as `--dry-run` prints it, as far as tests read it. */
export interface PrintedRow {
  readonly id: string;
  readonly client_ip: string;
  readonly client_port: number;
  readonly client_packets: number;
  readonly server_ip: string;
  readonly server_port: number;
  readonly start_time: string;
  readonly end_time: string;
  readonly kind: string;
  readonly cause: string;
  readonly sender: string | null;
  readonly first_fin_by: string | null;
  readonly first_rst_by: string | null;
  readonly rst_form: string | null;
  readonly vantage: string;
  readonly capture_mode: string;
  readonly confidence: number;
  readonly evidence: readonly string[];
  readonly stage: string;
}

const main = join(import.meta.dirname, "..", "main.ts");

/** The collector as a child process, run from its sources. */
export class CollectorProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  stdout = "";
  stderr = "";
  #wake: () => void = () => undefined;

  constructor(args: readonly string[], options: { uid?: number; env?: NodeJS.ProcessEnv; input?: "pipe" } = {}) {
    this.child = spawn(process.execPath, ["--conditions=source", main, ...args], {
      stdio: [options.input ?? "ignore", "pipe", "pipe"],
      uid: options.uid,
      env: options.env ?? process.env,
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    this.exited = once(this.child, "close").then(([code]) => code as number | null);
    void this.exited.then(() => this.#wake());
  }

  /** Resolves when it captures. */
  capturing(): Promise<void> {
    return this.until(() => this.stderr.includes('"msg":"capturing'));
  }

  rows(): PrintedRow[] {
    const lines = this.stdout.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as PrintedRow);
  }

  /** Waits for output that meets the condition. Rejects, with all that it said, when it takes longer or has ended. */
  async until(condition: () => boolean, limitMs = 30_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!condition()) {
      const ended = this.child.exitCode !== null || this.child.signalCode !== null;
      if (ended || Date.now() > deadline) {
        throw new Error(
          `the collector ${ended ? "ended" : "did not get there"}:\n${this.stdout.slice(-500)}\n${this.stderr}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(500, Math.max(1, deadline - Date.now())));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async stop(): Promise<number | null> {
    this.child.kill("SIGINT");
    return this.exited;
  }
}
