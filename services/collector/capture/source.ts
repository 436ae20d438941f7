import { readFileSync } from "node:fs";
import { openCapture } from "@hangup/packets";
import { HangupError, type ConfigOf, type Logger } from "@hangup/service";
import type { CollectorOptions } from "../options.ts";
import { tcpdumpCommand, type TcpdumpOptions } from "./arguments.ts";
import { captureFault } from "./fault.ts";
import { interfaceList, interfaceNames } from "./interfaces.ts";
import { complaint, noPackets, type PacketCounters } from "./messages.ts";
import { Tcpdump } from "./tcpdump.ts";

/** Where the bytes of a capture come from. */
export interface Source {
  /** Resolves when bytes flow; rejects with a HangupError when they cannot. */
  start(): Promise<void>;
  /** Resolves when the source has come to its end by itself. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
  /** tcpdump's counters. */
  counters(): PacketCounters;
  requestCounters(): void;
  readonly restarts: number;
  /** Why nothing flows, or null. */
  readonly trouble: string | null;
}

/** The source that the options name: a file as it is, a file through tcpdump (filter words, -c), or live capture. */
export function openSource(
  config: ConfigOf<CollectorOptions>,
  words: readonly string[],
  log: Logger,
  onBytes: (chunk: Uint8Array) => void,
): Source {
  const expression = [readFilter(config.filterFile), ...words].filter((part) => part !== "").join(" ");
  const { read } = config;
  if (read !== undefined && expression === "" && config.count === undefined) return new FileSource(read, onBytes);
  const options: TcpdumpOptions = {
    read,
    interface: config.interface,
    netns: config.netns,
    mode: config.captureMode,
    expression,
    snaplen: config.snaplen,
    bufferKib: config.buffer,
    count: config.count,
    direction: config.direction,
    promiscuous: !config.noPromiscuous,
    lowLatency: config.lowLatency,
    dropTo: config.tcpdumpUser ?? unprivilegedUser(read),
  };
  return new Tcpdump({
    command: tcpdumpCommand(options),
    onBytes,
    complaint: (lines) =>
      complaint(lines, { ...options, interfaces: () => interfaceNames(interfaceList(config.netns)) }),
    finite: read !== undefined || config.count !== undefined,
    log,
  });
}

/** tcpdump, as root, becomes this user once the interface is open. A file may be readable for root alone: then it stays. */
function unprivilegedUser(read: string | undefined): string | undefined {
  if (process.getuid?.() !== 0 || read !== undefined) return undefined;
  const known = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":")[0]);
  return ["tcpdump", "nobody"].find((name) => known.includes(name));
}

function readFilter(path: string | undefined): string {
  if (path === undefined) return "";
  try {
    return readFileSync(path, "utf8").trim().replaceAll(/\s+/g, " ");
  } catch (cause) {
    throw new HangupError("HANGUP_FILE", `${path}: ${(cause as Error).message}`, { cause });
  }
}

/** A capture file (plain, gzip or zstd) or stdin, read as it is: no tcpdump is needed. */
class FileSource implements Source {
  readonly #path: string;
  readonly #onBytes: (chunk: Uint8Array) => void;
  readonly #finished = Promise.withResolvers<void>();
  readonly restarts = 0;
  readonly trouble = null;
  #stopped = false;

  constructor(path: string, onBytes: (chunk: Uint8Array) => void) {
    this.#path = path;
    this.#onBytes = onBytes;
    this.#finished.promise.catch(() => undefined);
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  async start(): Promise<void> {
    this.#read().then(this.#finished.resolve, this.#finished.reject);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
  }

  counters(): PacketCounters {
    return noPackets();
  }

  requestCounters(): void {}

  async #read(): Promise<void> {
    try {
      for await (const chunk of await openCapture(this.#path)) {
        if (this.#stopped) return;
        this.#onBytes(chunk);
      }
    } catch (error) {
      throw captureFault(error, this.#path);
    }
  }
}
