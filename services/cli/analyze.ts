import {
  byteSize,
  flag,
  HangupError,
  option,
  parseCommand,
  printWhole,
  type CommandSpec,
} from "@hangup/service/command";
import { z } from "zod";
import { followFiles, type Followed } from "./analyze/follow-files.ts";
import { refuseGivenTwice } from "./analyze/given-twice.ts";
import { RowList, rowWriter, TextOut, type OutputForm } from "./analyze/outputs.ts";
import { reportLines } from "./analyze/report.ts";
import { summaryLine } from "./analyze/summary.ts";
import { Tally } from "./analyze/tally.ts";
import { threadsFor } from "./analyze/threads/thread-count.ts";

const NAME = "hangup analyze";
/** Read, but not to the end. */
const PARTIAL = 3;

const COUNT = "expected a number from 1 to 64";
const threadCount = z.coerce.number(COUNT).int(COUNT).min(1, COUNT).max(64, COUNT);

const options = {
  output: option(
    "--output <form>",
    "table (causes, rates, where from), or every connection as json, ndjson, csv or zeek (conn.log)",
    z.enum(["table", "json", "ndjson", "csv", "zeek"]).default("table"),
    { environment: false },
  ),
  all: option("--all", "also connections that did not end in the capture", flag, { environment: false }),
  explain: option("--explain", "each connection in words, with its evidence, instead of the table", flag, {
    environment: false,
  }),
  captureMode: option(
    "--capture-mode <all|flags>",
    "all segments, or only those with SYN, FIN or RST, as a collector in that mode sees them: quicker, but some causes cannot be told",
    z.enum(["all", "flags"]).default("all"),
    { environment: false },
  ),
  ignoreVlans: option(
    "--ignore-vlans",
    "equal addresses and ports are one connection, whatever VLANs and tunnels they are met in",
    flag,
    { environment: false },
  ),
  verifyChecksums: option(
    "--verify-checksums",
    "leave out packets with a wrong checksum: for a tap; where they were sent, the network card computes it later",
    flag,
    { environment: false },
  ),
  maxMemory: option(
    "--max-memory <size>",
    "for connections that are followed at once; beyond it those go first of which only a SYN was seen",
    byteSize.prefault("2GiB"),
    { environment: false },
  ),
  threads: option(
    "--threads <n>",
    "split the connections of large files among so many threads: quicker where rows are printed, for the table of several GB. stdin and pipes take one",
    threadCount.default(1),
    { environment: false },
  ),
};

const spec: CommandSpec<typeof options> = {
  name: NAME,
  summary:
    "Says why the TCP connections in a capture ended. Reads pcap and pcapng, also .gz and .zst; '-' is stdin. Of several files " +
    "in order, those that go on within the hour are one capture. Needs no server.",
  examples: [
    "hangup analyze trace.pcap",
    "hangup analyze --explain trace.pcap | less -R",
    "hangup analyze --all --output ndjson part1.pcapng.gz part2.pcapng.gz > teardowns.ndjson",
    "tcpdump -w - -c 100000 tcp | hangup analyze -",
  ],
  options,
  operands: "<file...>",
};

export async function run(argv: string[]): Promise<number> {
  const { config, operands: paths } = parseCommand(spec, argv);
  if (config.explain && config.output !== "table")
    throw new HangupError("HANGUP_USAGE", `--explain is text: it does not go with --output ${config.output}`);
  refuseGivenTwice(paths);
  const form: OutputForm = config.explain ? "explain" : config.output;
  const writer = rowWriter(form);
  const tally = new Tally();
  const out = new TextOut((text) => printWhole(NAME, text));
  const rows = new RowList(writer?.separator ?? "", out);
  const how = {
    command: NAME,
    all: config.all,
    facts: writer !== null,
    ignoreContext: config.ignoreVlans,
    verifyChecksums: config.verifyChecksums,
    flagsOnly: config.captureMode === "flags",
    maxMemoryBytes: config.maxMemory,
  };
  const threads = threadsFor(paths, config.threads);
  out.add(writer?.head ?? "");
  let followed: Followed;
  if (threads === 1) {
    const tell = (line: string): void => say(`${line}\n`);
    followed = await followFiles(paths, { ...how, tell, summarize: (summary) => tell(summaryLine(summary)) }, (row) => {
      if (writer === null) tally.add(row);
      else rows.add(writer.separator + writer.row(row));
    });
  } else {
    const { followInThreads } = await import("./analyze/threads/follow-in-threads.ts");
    out.flush();
    const task = { ...how, paths, form, file: process.stdout.fd, of: threads, progress: process.stderr.isTTY };
    followed = await followInThreads(task, { tally: (contents) => tally.merge(contents), stderr: say });
  }
  const { failed, partial, connections } = followed;
  out.add(writer?.foot ?? "");
  if (writer === null && failed < paths.length) out.add(`${reportLines(tally, connections).join("\n")}\n`);
  out.flush();
  if (failed === paths.length) return 1;
  return failed > 0 || partial > 0 ? PARTIAL : 0;
}

function say(text: string): void {
  process.stderr.write(text);
}
