import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { HangupError } from "@hangup/service";

/** Where iproute2 keeps the names of network namespaces. */
const NAMES = "/run/netns";

/** `hangup-<label>-<pid>.<start>-<role>`; pid and start time (ticks since boot) name the process that owns it. */
const PATTERN = /^hangup-[a-z0-9]+-(?<pid>\d+)\.(?<start>\d+)-[a-z0-9]+$/;

/** The common part of the names of one lab's namespaces. */
export function namespacePrefix(label: string): string {
  if (!/^[a-z0-9]+$/.test(label)) throw new RangeError(`a lab's name is lower-case letters and digits: '${label}'`);
  return `hangup-${label}-${process.pid}.${startTicks(process.pid) ?? 0}-`;
}

/**
 * Adds namespaces.
 * @throws HangupError HANGUP_NO_NAMESPACES when this user may not, HANGUP_MISSING_TOOL without iproute2.
 */
export async function addNamespaces(names: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new HangupError("HANGUP_NO_NAMESPACES", "network namespaces can be made by root only", {
      remedy: "Run it as root",
    });
  }
  try {
    await ip(["-batch", "-"], names.map((name) => `netns add ${name}`).join("\n"));
  } catch (cause) {
    if (cause instanceof HangupError && cause.code === "HANGUP_MISSING_TOOL") throw cause;
    throw new HangupError("HANGUP_NO_NAMESPACES", `no network namespace could be made: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Runs `ip -batch` lines inside a namespace. */
export async function ipBatch(namespace: string, lines: readonly string[]): Promise<void> {
  await ip(["-n", namespace, "-batch", "-"], lines.join("\n"));
}

/** Sets kernel parameters of a namespace: `net/ipv4/ip_forward` → `1`. */
export async function setKernelParameters(
  namespace: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const script = Object.entries(parameters)
    .map(([name, value]) => `echo ${value} > /proc/sys/${name}`)
    .join(" && ");
  await runIn(namespace, ["sh", "-c", script]);
}

/** Runs a command inside a namespace, with `input` as its stdin. */
export async function runIn(namespace: string, command: readonly string[], input = ""): Promise<void> {
  await ip(["netns", "exec", namespace, ...command], input);
}

/** Removes namespaces and with them their links; those that are gone already are passed over. */
export function removeNamespaces(names: readonly string[]): void {
  const known = new Set(namespaceNames());
  for (const name of names) {
    if (known.has(name)) execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
  }
}

/** Removes the namespaces of labs whose process has died. Returns their names. */
export function removeLeftovers(): string[] {
  const leftovers = namespaceNames().filter((name) => {
    const owner = PATTERN.exec(name)?.groups;
    return owner !== undefined && String(startTicks(Number(owner["pid"]))) !== owner["start"];
  });
  removeNamespaces(leftovers);
  return leftovers;
}

export function namespaceNames(): string[] {
  try {
    return readdirSync(NAMES);
  } catch {
    return [];
  }
}

/** Start of a process in clock ticks since boot, or undefined when there is no such process or it is a zombie. */
function startTicks(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may hold spaces; state and start time are fields 1 and 20 after it (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

function ip(args: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile("ip", [...args], (error, _stdout, stderr) => {
      if (error === null) resolve();
      else if (error.code === "ENOENT") {
        reject(
          new HangupError("HANGUP_MISSING_TOOL", "the program 'ip' is not installed", {
            remedy: "Install iproute2",
            cause: error,
          }),
        );
      } else
        reject(new Error(`ip ${args.join(" ")}: ${stderr.trim().split("\n")[0] || error.message}`, { cause: error }));
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(`${input}\n`);
  });
}
