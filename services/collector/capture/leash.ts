import { spawn, type ChildProcess } from "node:child_process";

/**
 * Ends a process when this one has died, even by kill -9: a small shell waits for the end of a pipe that only this
 * process holds open. The kernel's own signal for that (PR_SET_PDEATHSIG) will not do: it is forgotten when tcpdump gives
 * up root's rights. Without a leash tcpdump would notice at its next packet only.
 */
export class Leash {
  readonly #shell: ChildProcess;

  constructor(pid: number) {
    this.#shell = spawn("sh", ["-c", 'cat >/dev/null; kill -KILL "$1"', "sh", String(pid)], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    // Without a shell there is no leash, and nothing else is wrong.
    this.#shell.on("error", () => undefined);
    this.#shell.stdin?.on("error", () => undefined);
    this.#shell.unref();
  }

  /** The process has ended by itself: its number may soon be another's. */
  release(): void {
    // In this order: the end of the pipe must find no shell any more.
    this.#shell.kill("SIGKILL");
    this.#shell.stdin?.destroy();
  }
}
