import { basename } from "node:path";
import { openCapture } from "@hangup/packets";
import { describeError, flag, HangupError, option, parseCommand, type CommandSpec } from "@hangup/service";
import { captureDamages, captureFault, Observer, type Teardown } from "@hangup/teardowns";
import { z } from "zod";
import { explanationText } from "./analyze/explain.ts";
import { ROW_WRITERS, TextOut, type RowWriter } from "./analyze/outputs.ts";
import { ProgressLine } from "./analyze/progress.ts";
import { reportLines } from "./analyze/report.ts";
import { summaryLine } from "./analyze/summary.ts";
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
};

const spec: CommandSpec<typeof options> = {
  name: NAME,
  summary:
    "Says why the TCP connections in a capture ended. Reads pcap and pcapng, also .gz and .zst; '-' is stdin. Needs no server.",
  examples: [
    "hangup analyze trace.pcap",
    "hangup analyze --explain trace.pcap | less -R",
    "hangup analyze --all --output ndjson monday.pcapng.gz tuesday.pcapng.gz > teardowns.ndjson",
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
  let failed = 0;
  let partial = false;
  for (const file of operands) {
    try {
      if (!(await analyzeFile(file, config.all, take))) partial = true;
    } catch (error) {
      // The other files are still worth reading.
      if (operands.length === 1 && first) throw error;
      process.stderr.write(`${describeError(NAME, error)}\n`);
      failed++;
    }
  }
  out.add(writer?.foot ?? "");
  if (writer === null && !config.explain && failed < operands.length) out.add(`${reportLines(tally).join("\n")}\n`);
  out.flush();
  if (failed === operands.length) return 1;
  return failed > 0 || partial ? PARTIAL : 0;
}

/** Answers whether the capture could be read to its end. */
async function analyzeFile(file: string, all: boolean, take: (row: Teardown) => void): Promise<boolean> {
  const name = file === "-" ? "stdin" : file;
  const started = performance.now();
  const observer = new Observer({ collector: basename(name), epoch: 0, live: false, all }, take);
  const { counters } = observer;
  const progress = new ProgressLine();
  let damage = "";
  let unread: unknown = null;
  try {
    const source = await openCapture(file);
    for await (const chunk of source) {
      observer.push(chunk);
      progress.update(name, counters.packets, source.bytesRead, source.size);
    }
    damage = source.damage;
  } catch (error) {
    unread = error;
  } finally {
    progress.clear();
  }
  // What was read before a fault is told all the same.
  try {
    observer.finish();
  } catch (error) {
    unread ??= error;
  }
  if (unread !== null && counters.decode.tcp === 0) throw captureFault(unread, name);
  const faults = unread === null ? [] : [describeError(NAME, captureFault(unread, name))];
  faults.push(...captureDamages(name, counters.decode, damage));
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.stderr.write(`${summaryLine(name, counters, (performance.now() - started) / 1000)}\n`);
  return faults.length === 0;
}
