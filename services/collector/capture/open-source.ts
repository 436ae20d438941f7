import { openCapture } from "@hangup/packets";
import type { ConfigOf, Logger } from "@hangup/service";
import type { CollectorOptions } from "../options.ts";
import { systemTimers } from "../timers.ts";
import { tcpdumpCommand } from "./arguments.ts";
import { FileSource } from "./file-source.ts";
import { SeveralSources } from "./several-sources.ts";
import type { Source, Taker } from "./source.ts";
import { Tcpdump } from "./tcpdump.ts";
import { complaintOf, filterWords, tcpdumpOptions, wantedOf, type Wanted } from "./tcpdump-options.ts";
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
      : tcpdumpSource(config, "", words, log, taker);
  const open = (name: string, into: Taker): Tcpdump =>
    tcpdumpSource(config, name, words, log.child({ interface: name }), into);
  if (names.length === 1) return open(names[0], taker);
  const merge = new TimeMerge((bytes) => taker.take(bytes));
  return new SeveralSources(
    new Map(names.map((name) => [name, open(name, { take: merge.lane(name), room: always })])),
    merge,
  );
}

/** @param name the interface, '' for a file. */
function tcpdumpSource(
  config: ConfigOf<CollectorOptions>,
  name: string,
  words: string,
  log: Logger,
  taker: Taker,
): Tcpdump {
  const { read } = config;
  const asked = { name, words, expression: words };
  const wanted = (): Wanted => (read === undefined ? wantedOf(name, words, config) : asked);
  return new Tcpdump({
    command: () => tcpdumpCommand(tcpdumpOptions(config, wanted())),
    name: read === undefined ? name : undefined,
    taker,
    input: read === undefined ? undefined : () => openCapture(read),
    complaint: (lines) => complaintOf(config, asked, lines),
    longestPauseMs: config.lowLatency ? LONGEST_PAUSE_MS.lowLatency : LONGEST_PAUSE_MS.usual,
    finite: read !== undefined || config.count !== undefined,
    copied: config.write !== undefined && config.interface.length === 1,
    timers: systemTimers,
    log,
  });
}
