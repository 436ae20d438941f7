import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface SpawnedUp {
  readonly child: ChildProcess;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
}

export interface RunningUp extends SpawnedUp {
  /** `http://127.0.0.1:PORT` of the page and the API. */
  readonly url: string;
  /** `127.0.0.1:PORT` */
  readonly grpc: string;
  readonly dataDirectory: string;
  /** ctrl-C, and waits. */
  stop(): Promise<number | null>;
}

/** Runs the launcher's `up` as a user would. It ends with the test at the latest, and its children with it. */
export function spawnUp(args: readonly string[], onOutput: (output: string) => void = () => undefined): SpawnedUp {
  const child = spawn(join(ROOT, "hangup"), ["up", ...args], { stdio: ["ignore", "pipe", "pipe"], cwd: ROOT });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => onOutput((output += text)));
  }
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = once(child, "close").then(([code]) => {
    process.off("exit", kill);
    return code as number | null;
  });
  return { child, output: () => output, exited };
}

/** Ports that nobody uses: the API's and the five after it, the broker's two, the engine's. */
export async function freePortFlags(): Promise<string[]> {
  const [api, kafka, clickhouse] = [await freePorts(6), await freePorts(2), await freePorts(1)];
  return ["--listen", `127.0.0.1:${api}`, "--kafka-port", `${kafka}`, "--clickhouse-port", `${clickhouse}`];
}

/**
 * Runs `up` on ports and a data directory of its own, and resolves when it is ready. The data directory is removed when it
 * has ended, unless it was given.
 */
export async function startUp(args: readonly string[], options: { dataDirectory?: string } = {}): Promise<RunningUp> {
  const ports = await freePortFlags();
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), "hangup-e2e-"));
  const ready = Promise.withResolvers<void>();
  const up = spawnUp(["--data", dataDirectory, ...ports, ...args], (output) => {
    // The addresses come on stdout, the progress on stderr: either may be seen first.
    if (output.includes("hangup is up") && output.includes("/api/v1/")) ready.resolve();
  });
  const ended = up.exited.then((code) => {
    if (options.dataDirectory === undefined) rmSync(dataDirectory, { recursive: true, force: true });
    throw new Error(`hangup up ended with ${code} before it was ready:\n${up.output()}`);
  });
  ended.catch(() => undefined);
  await Promise.race([ready.promise, ended]);
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(ports[1]) ?? [];
  return {
    ...up,
    url: `http://127.0.0.1:${port}`,
    grpc: `127.0.0.1:${Number(port) + 1}`,
    dataDirectory,
    stop: () => {
      up.child.kill("SIGINT");
      return up.exited;
    },
  };
}

/** Runs `./hangup ARGS` to its end. `into`: the file that it prints to; its stdout comes back empty then. */
export async function hangup(
  args: readonly string[],
  { into }: { into?: string } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const printed = into === undefined ? null : openSync(into, "w");
  const child = spawn(join(ROOT, "hangup"), args, { stdio: ["ignore", printed ?? "pipe", "pipe"], cwd: ROOT });
  if (printed !== null) closeSync(printed);
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** The first of `count` neighbouring ports of 127.0.0.1 that are all free now. */
async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    // below the ports that Linux gives to clients
    const first = 12_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error("no free ports");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Calls `probe` until `done` accepts its answer; fails with the last answer when that takes longer than `limitMs`. */
export async function eventually<T>(probe: () => Promise<T>, done: (value: T) => boolean, limitMs: number): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (done(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`not so after ${limitMs / 1000} s; the last answer: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
