import { byteSize, flag, HangupError, option, parseCommand, type CommandSpec } from "@hangup/service/command";
import type { Teardown } from "@hangup/teardowns";
import { z } from "zod";
import { explanationText } from "./analyze/explain.ts";
import { followFiles } from "./analyze/follow-files.ts";
import { ROW_WRITERS, TextOut, type RowWriter } from "./analyze/outputs.ts";
import { reportLines } from "./analyze/report.ts";
import { Tally } from "./analyze/tally.ts";

const NAME = "hangup analyze";
/** Read, but not to the end. */
const PARTIAL = 3;

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
  const { config, operands } = parseCommand(spec, argv);
  if (config.explain && config.output !== "table")
    throw new HangupError("HANGUP_USAGE", `--explain is text: it does not go with --output ${config.output}`);
  const out = new TextOut((text) => process.stdout.write(text));
  const tally = new Tally();
  const writer: RowWriter | null = config.output === "table" ? null : ROW_WRITERS[config.output];
  let first = true;
  const take = (row: Teardown): void => {
    if (writer !== null) out.add(writer.row(row, first));
    else if (config.explain) out.add(explanationText(row));
    else tally.add(row);
    first = false;
  };
  out.add(writer?.head ?? "");
  const { failed, partial, connections } = await followFiles(
    operands,
    {
      command: NAME,
      all: config.all,
      facts: writer !== null || config.explain,
      ignoreContext: config.ignoreVlans,
      verifyChecksums: config.verifyChecksums,
      flagsOnly: config.captureMode === "flags",
      maxMemoryBytes: config.maxMemory,
      tell: (line) => process.stderr.write(`${line}\n`),
      summaries: true,
    },
    take,
  );
  out.add(writer?.foot ?? "");
  if (writer === null && !config.explain && failed < operands.length)
    out.add(`${reportLines(tally, connections).join("\n")}\n`);
  out.flush();
  if (failed === operands.length) return 1;
  return failed > 0 || partial > 0 ? PARTIAL : 0;
}
