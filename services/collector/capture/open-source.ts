import { readFileSync } from "node:fs";
import { openCapture } from "@hangup/packets";
import { fileFault, type ConfigOf, type Logger } from "@hangup/service";
import type { CollectorOptions } from "../options.ts";
import { systemTimers } from "../timers.ts";
import { tcpdumpCommand, type TcpdumpOptions } from "./arguments.ts";
import { captureExpression } from "./expression.ts";
import { FileSource } from "./file-source.ts";
import { interfaceList, interfaceNames } from "./interfaces.ts";
import { linkTypeOf } from "./link.ts";
import { complaint } from "./messages.ts";
import { SeveralSources } from "./several-sources.ts";
import type { Source, Taker } from "./source.ts";
import { Tcpdump } from "./tcpdump.ts";
import { TimeMerge } from "./time-merge.ts";

const LONGEST_PAUSE_MS = { usual: 64, lowLatency: 8 };

/** A live capture waits for nobody. */
const always = (): undefined => undefined;

/** The source that the options name: a file as it is, a file through tcpdump (filter words, -c), or live capture. */
export function openSource(
  config: ConfigOf<CollectorOptions>,
  operands: readonly string[],
  log: Logger,
  taker: Taker,
): Source {
  const words = filterWords(config, operands);
  const { read, interface: names } = config;
  if (read !== undefined)
    return words === "" && config.count === undefined
      ? new FileSource(read, taker)
      : tcpdumpSource(config, { name: "", words, expression: words }, log, taker);
  const open = (name: string, into: Taker): Tcpdump => {
    const expression = captureExpression(config.captureMode, linkTypeOf(name, config.netns), words);
    return tcpdumpSource(config, { name, words, expression }, log.child({ interface: name }), into);
  };
  if (names.length === 1) return open(names[0], taker);
  const merge = new TimeMerge((bytes) => taker.take(bytes));
  return new SeveralSources(
    new Map(names.map((name) => [name, open(name, { take: merge.lane(name), room: always })])),
    merge,
  );
}

function tcpdumpSource(
  config: ConfigOf<CollectorOptions>,
  { name, words, expression }: { name: string; words: string; expression: string },
  log: Logger,
  taker: Taker,
): Tcpdump {
  const { read } = config;
  const options: TcpdumpOptions = {
    read,
    interface: name,
    netns: config.netns,
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
    name: read === undefined ? name : undefined,
    taker,
    input: read === undefined ? undefined : () => openCapture(read),
    complaint: (lines) =>
      complaint(lines, {
        ...options,
        expression: words,
        interfaces: () => interfaceNames(interfaceList(config.netns)),
      }),
    longestPauseMs: config.lowLatency ? LONGEST_PAUSE_MS.lowLatency : LONGEST_PAUSE_MS.usual,
    finite: read !== undefined || config.count !== undefined,
    timers: systemTimers,
    log,
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

/** The user's BPF expression: of the file, then of the command line. */
function filterWords({ filterFile }: ConfigOf<CollectorOptions>, operands: readonly string[]): string {
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
