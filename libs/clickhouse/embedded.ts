import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claimPort, HangupError } from "@hangup/service";
import { engineConfig, engineUsers } from "./embedded-config.ts";

export interface EmbeddedOptions {
  /** Holds the tables and the generated configuration. One engine a directory. */
  readonly dataDir: string;
  /** HTTP on 127.0.0.1:port. */
  readonly port: number;
  /** The engine's own log, appended to. */
  readonly logFile: string;
  /** Password of `hangup`, the services' user. */
  readonly password: string;
  /** Password of `hangup_reader`, who may only read database hangup, within limits. */
  readonly readerPassword: string;
  readonly onProgress?: (message: string) => void;
}

export interface EmbeddedEngine {
  /** `http://127.0.0.1:8123`, without credentials. */
  readonly url: string;
  readonly pid: number;
  /** Resolves with the exit code (null after a signal) when the process has ended, whoever ended it. */
  readonly exited: Promise<number | null>;
  /** TERM, and KILL when that takes too long. Resolves when it has ended. */
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 6_000;
const OWN_SERVER = "Name a ClickHouse server of yours with --clickhouse URL";

/**
 * Starts the ClickHouse engine of @chdb/lib-* as a child process with its own HTTP server; resolves when it answers.
 * The child ends with this process, even by kill -9; acknowledged inserts survive that.
 * @throws HangupError HANGUP_MISSING_TOOL (no engine for this platform), HANGUP_PORT_TAKEN, HANGUP_ALREADY_RUNNING (the
 * directory is in use), HANGUP_CHILD_DIED with its last lines.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  const { port, logFile, onProgress = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  await claimPort(port, "--clickhouse-port");
  const library = engineLibrary();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const usersFile = join(dataDir, "users.xml");
  const settings = { port, usersFile, password: options.password, readerPassword: options.readerPassword };
  writeFileSync(join(dataDir, "config.xml"), engineConfig(settings), { mode: 0o600 });
  writeFileSync(usersFile, engineUsers(settings), { mode: 0o600 });

  onProgress("starting");
  const log = openSync(logFile, "a");
  const logStart = fstatSync(log).size;
  const child = spawn(process.execPath, [require.resolve("@hangup/clickhouse/embedded-main"), library, dataDir], {
    cwd: dataDir,
    // ctrl-C is for our starter, who stops us in order.
    detached: true,
    stdio: ["pipe", log, log],
    // SQL can read the process's environment: nothing of ours is in it.
    env: { PATH: "/usr/bin:/bin", TZ: "UTC" },
  });
  closeSync(log);
  child.stdin?.on("error", () => undefined);
  const exited = new Promise<number | null>((done) => {
    child.once("error", () => done(1));
    child.once("exit", (code) => done(code));
  });
  const engine: EmbeddedEngine = {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    exited,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
  if (!(await answers(engine))) {
    await engine.stop();
    throw startFailure(dataDir, logFile, readFileSync(logFile, "utf8").slice(logStart));
  }
  return engine;
}

/** The engine's shared library: an optional dependency that npm installs where there is one. */
function engineLibrary(): string {
  const platform = `${process.platform}-${process.arch}${process.platform === "linux" ? "-gnu" : ""}`;
  try {
    return require.resolve(`@chdb/lib-${platform}/libchdb.so`);
  } catch (cause) {
    throw new HangupError("HANGUP_MISSING_TOOL", `there is no bundled ClickHouse engine for ${platform}`, {
      remedy: OWN_SERVER,
      cause,
    });
  }
}

/** True when the engine answers; false when it ends, or is not ready in time. */
async function answers(engine: EmbeddedEngine): Promise<boolean> {
  const ended = new AbortController();
  void engine.exited.then(() => ended.abort());
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!ended.signal.aborted && Date.now() < deadline) {
    if (await pings(`${engine.url}/ping`)) return true;
    await sleep(25);
  }
  return false;
}

/** On a connection of its own: an idle one that is kept open makes the engine wait five seconds for it when it stops. */
function pings(url: string): Promise<boolean> {
  return new Promise((done) => {
    const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      response.once("close", () => done(response.statusCode === 200));
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => done(false));
  });
}

function startFailure(dataDir: string, logFile: string, log: string): HangupError {
  if (log.includes("Cannot lock file")) {
    return new HangupError("HANGUP_ALREADY_RUNNING", `another ClickHouse engine uses ${dataDir}`, {
      remedy: "Stop it, or choose another directory with --data",
    });
  }
  const lines = log.trimEnd().split("\n").slice(-8);
  return new HangupError(
    "HANGUP_CHILD_DIED",
    `the bundled ClickHouse engine did not start. The end of ${logFile}:\n${lines.map((line) => `    ${line}`).join("\n")}\n`,
    { remedy: OWN_SERVER },
  );
}
