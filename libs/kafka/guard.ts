import { spawn, spawnSync, type ChildProcess } from "node:child_process";

/**
 * Linux has a signal for a child whose parent died, and util-linux's setpriv asks for it. Kafka's acknowledged writes are
 * in the page cache, which outlives the process: KILL loses none of them.
 */
const SETPRIV = ["setpriv", "--pdeathsig", "KILL"];

/**
 * Elsewhere a small shell holds fd 3, the read end of a pipe whose write end the parent has: when it closes, so does the
 * child. TERM reaches the child through the process group; the shell survives it to pass on the exit code.
 */
const WATCHER = `trap : TERM INT
"$@" & child=$!
(cat <&3 >/dev/null; kill -KILL $child) 2>/dev/null & watch=$!
exec 3<&-
code=0
while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
kill $watch 2>/dev/null
exit $code`;

export interface GuardOptions {
  /** Where stdout and stderr go: an open file, or pipes. */
  readonly output: number | "pipe";
  readonly environment?: NodeJS.ProcessEnv;
  /** False forces the shell; by default setpriv is used where it works. */
  readonly deathSignal?: boolean;
}

/**
 * Starts a program that ends when this process does, even by kill -9. It leads a process group of its own, so that
 * ctrl-C reaches it only through its starter: signal `-pid`.
 */
export function spawnGuarded(command: readonly string[], options: GuardOptions): ChildProcess {
  const useSignal = options.deathSignal ?? canAskForDeathSignal();
  const [program, ...args] = useSignal ? [...SETPRIV, ...command] : ["sh", "-c", WATCHER, "sh", ...command];
  return spawn(program, args, {
    detached: true,
    env: options.environment ?? process.env,
    stdio: ["ignore", options.output, options.output, "pipe"],
  });
}

let deathSignalWorks: boolean | undefined;

function canAskForDeathSignal(): boolean {
  deathSignalWorks ??=
    process.platform === "linux" && spawnSync(SETPRIV[0], [...SETPRIV.slice(1), "true"]).status === 0;
  return deathSignalWorks;
}
