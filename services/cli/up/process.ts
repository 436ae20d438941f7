import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { HangupError, STOP_LIMIT_MS } from "@hangup/service";

/** Something that `up` has started and stops again. */
export interface Part {
  readonly name: string;
  readonly logFile: string;
  readonly pid: number;
  /** Resolves with the exit code, null after a signal, whoever ended it. */
  readonly exited: Promise<number | null>;
  /** Asks it to end, and resolves when it has. */
  stop(): Promise<void>;
}

/** A part that has not ended this long after it was asked to is killed; ours end by themselves a little sooner. */
const KILL_AFTER_MS = STOP_LIMIT_MS + 500;
/** A part that is not ready by then has failed. */
const READY_LIMIT_MS = 60_000;

/** The log of a run starts empty; that of the run before is kept beside it. */
export function freshLog(directory: string, name: string): string {
  const path = join(directory, `${name}.log`);
  if (existsSync(path)) renameSync(path, `${path}.1`);
  return path;
}

export interface ServiceProcess extends Part {
  /** The child's first line on stdout that is JSON (the demo's interface, say); null when it ended without one. */
  readonly announcement: Promise<Readonly<Record<string, unknown>> | null>;
}

/**
 * Starts one of our services as a child of its own process group, so that ctrl-C reaches `up` alone, which then stops
 * the children in order. The IPC channel ends with us, and a child whose channel closes stops by itself.
 */
export function startService(
  name: string,
  main: string,
  args: readonly string[],
  logDirectory: string,
  environment: NodeJS.ProcessEnv,
): ServiceProcess {
  const logFile = freshLog(logDirectory, name);
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "pipe", log, "ipc"],
    detached: true,
    env: environment,
  });
  closeSync(log);
  const announcement = Promise.withResolvers<Record<string, unknown> | null>();
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    if (text.length < 65_536) text += chunk;
    for (const line of text.split("\n").slice(0, -1)) {
      if (line.startsWith("{")) announcement.resolve(JSON.parse(line) as Record<string, unknown>);
    }
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code));
  });
  void exited.then(() => announcement.resolve(null));
  return {
    name,
    logFile,
    pid: child.pid ?? 0,
    exited,
    announcement: announcement.promise,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Polls `url` until it answers 200. @throws HangupError HANGUP_CHILD_DIED when the part ends, or is not ready in time. */
export async function waitReady(part: Part, url: string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  let ended: number | null | undefined;
  void part.exited.then((code) => (ended = code));
  let reason = "it does not answer";
  while (Date.now() < deadline) {
    if (ended !== undefined) throw childDied(part, ended);
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (response.ok) return;
      reason = (await response.text()).trim();
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new HangupError(
    "HANGUP_CHILD_DIED",
    `${part.name} is not ready after ${READY_LIMIT_MS / 1000} s: ${reason}${lastLines(part)}`,
  );
}

/** Names the part that ended, how, and the last lines of its log. */
export function childDied(part: Part, code: number | null): HangupError {
  const how = code === null ? "was killed" : `ended with exit code ${code}`;
  return new HangupError("HANGUP_CHILD_DIED", `${part.name} ${how}${lastLines(part)}`);
}

/** The last line of a part's log: its own word on why it ended. */
export function lastLine(part: Part): string {
  return logTail(part, 1)[0] ?? "";
}

function logTail({ logFile }: Part, lines: number): string[] {
  return existsSync(logFile) ? readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines) : [];
}

function lastLines(part: Part): string {
  const lines = logTail(part, 8);
  return lines.join("") === ""
    ? ` (its log ${part.logFile} is empty)`
    : `. The end of ${part.logFile}:\n${lines.map((line) => `    ${line}`).join("\n")}\n`;
}
