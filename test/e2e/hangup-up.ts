import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface RunningUp {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:PORT` of the page and the API. */
  readonly url: string;
  /** `127.0.0.1:PORT` */
  readonly grpc: string;
  readonly collectorMetrics: string;
  readonly dataDirectory: string;
  /** What it has printed so far, both streams. */
  output(): string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
  /** ctrl-C, and waits. */
  stop(): Promise<number | null>;
}

/**
 * Runs the launcher's `up` as a user would, on ports and a data directory of its own, and resolves when it is ready.
 * The data directory is removed when it has ended.
 */
export async function startUp(
  args: readonly string[],
  options: { dataDirectory?: string; port?: number } = {},
): Promise<RunningUp> {
  const port = options.port ?? (await freePorts(6));
  const [kafkaPort, clickhousePort] = [await freePorts(2), await freePorts(1)];
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), "hangup-e2e-"));
  const child = spawn(
    join(ROOT, "hangup"),
    [
      "up",
      "--data",
      dataDirectory,
      "--listen",
      `127.0.0.1:${port}`,
      "--kafka-port",
      `${kafkaPort}`,
      "--clickhouse-port",
      `${clickhousePort}`,
      ...args,
    ],
    { stdio: ["ignore", "pipe", "pipe"], cwd: ROOT },
  );
  let output = "";
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      // The addresses come on stdout, the progress on stderr: either may be seen first.
      if (output.includes("hangup is up") && output.includes("/api/v1/")) ready.resolve();
    });
  }
  // A test that fails must not leave it running; its children end with it.
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = once(child, "close").then(([code]) => {
    process.off("exit", kill);
    return code as number | null;
  });
  const ended = exited.then((code) =>
    Promise.reject(new Error(`hangup up ended with ${code} before it was ready:\n${output}`)),
  );
  await Promise.race([ready.promise, ended]);
  ended.catch(() => undefined);
  if (options.dataDirectory === undefined)
    void exited.then(() => rmSync(dataDirectory, { recursive: true, force: true }));
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    grpc: `127.0.0.1:${port + 1}`,
    collectorMetrics: `http://127.0.0.1:${port + 2}/metrics`,
    dataDirectory,
    output: () => output,
    exited,
    stop: () => {
      child.kill("SIGINT");
      return exited;
    },
  };
}

/** Runs `./hangup ARGS` to its end. */
export async function hangup(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(join(ROOT, "hangup"), args, { stdio: ["ignore", "pipe", "pipe"], cwd: ROOT });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** The first of `count` neighbouring ports of 127.0.0.1 that are all free now. */
async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
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
