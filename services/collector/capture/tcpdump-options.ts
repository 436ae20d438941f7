import { readFileSync } from "node:fs";
import { fileFault, type ConfigOf, type HangupError } from "@hangup/service";
import type { CollectorOptions } from "../options.ts";
import type { TcpdumpOptions } from "./arguments.ts";
import { captureExpression } from "./expression.ts";
import { interfaceList, interfaceNames } from "./interfaces.ts";
import { linkTypeOf } from "./link.ts";
import { complaint } from "./messages.ts";

type CollectorConfig = ConfigOf<CollectorOptions>;

/** What one tcpdump is to hand over. */
export interface Wanted {
  /** The interface, '' for a file. */
  readonly name: string;
  /** The user's expression, '' for none. */
  readonly words: string;
  /** All of it. */
  readonly expression: string;
}

/** Of an interface: the user's words, and what Hangup needs. @throws HangupError HANGUP_MISSING_TOOL without tcpdump. */
export function wantedOf(name: string, words: string, { captureMode, netns }: CollectorConfig): Wanted {
  return { name, words, expression: captureExpression(captureMode, linkTypeOf(name, netns), words) };
}

export function tcpdumpOptions(config: CollectorConfig, { name, expression }: Wanted): TcpdumpOptions {
  const { read } = config;
  return {
    read,
    interface: name,
    netns: config.netns,
    expression,
    snaplen: config.snaplen,
    bufferKib: config.buffer,
    count: config.count,
    direction: config.direction,
    // All interfaces together have no such mode, and tcpdump says so at each start.
    promiscuous: !config.noPromiscuous && name !== "any",
    lowLatency: config.lowLatency,
    dropTo: config.tcpdumpUser ?? unprivilegedUser(read),
  };
}

/** tcpdump's last words as an error that speaks of the user's own. */
export function complaintOf(config: CollectorConfig, wanted: Wanted, lines: readonly string[]): HangupError {
  return complaint(lines, {
    ...tcpdumpOptions(config, wanted),
    expression: wanted.words,
    interfaces: () => interfaceNames(interfaceList(config.netns)),
  });
}

/** tcpdump, as root, becomes this user once the interface is open. A file is opened here. */
function unprivilegedUser(read: string | undefined): string | undefined {
  if (process.getuid?.() !== 0 || read !== undefined) return undefined;
  const known = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":")[0]);
  return ["tcpdump", "nobody"].find((name) => known.includes(name));
}

/** The user's BPF expression: of the file, then of the command line. @throws HangupError HANGUP_FILE. */
export function filterWords({ filterFile }: CollectorConfig, operands: readonly string[]): string {
  return [readFilter(filterFile), ...operands].filter((part) => part !== "").join(" ");
}

function readFilter(path: string | undefined): string {
  if (path === undefined) return "";
  try {
    return readFileSync(path, "utf8").trim().replaceAll(/\s+/g, " ");
  } catch (cause) {
    throw fileFault(cause, { option: "--filter-file", path, use: "read" });
  }
}
