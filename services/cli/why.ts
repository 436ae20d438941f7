import { HangupError, option, parseCommand, type CommandSpec } from "@hangup/service/command";
import { z } from "zod";
import { endpointText, parseEndpoint } from "./analyze/endpoint.ts";
import { explanationText } from "./analyze/explain.ts";
import { refuseGivenTwice } from "./analyze/given-twice.ts";
import { look } from "./why/look.ts";

const NAME = "hangup why";
/** Told, but the capture could not be read to its end. */
const PARTIAL = 3;

const options = {
  pcap: option(
    "--pcap <file>",
    "the capture to look in: pcap or pcapng, also .gz and .zst; '-' is stdin (repeatable: its parts in order)",
    z.array(z.string()),
    { repeatable: true, environment: false },
  ),
};

const spec: CommandSpec<typeof options> = {
  name: NAME,
  summary:
    "Says why one TCP connection ended: its packets in order, the cause, the evidence, what else it could be and what would settle that. " +
    "The two ends may stand in either order. Needs no server.",
  examples: [
    "hangup why 10.0.0.1:50123 10.0.0.2:443 --pcap trace.pcap",
    "hangup why '[2001:db8::1]:50123' '[2001:db8::2]:443' --pcap trace.pcapng.zst",
  ],
  options,
  operands: "<address:port...>",
};

export async function run(argv: string[]): Promise<number> {
  const { config, operands } = parseCommand(spec, argv);
  if (operands.length !== 2)
    throw new HangupError("HANGUP_USAGE", `a connection has two ends, each ADDRESS:PORT: ${operands.length} given`, {
      remedy: `See '${NAME} --help'`,
    });
  refuseGivenTwice(config.pcap);
  const [first, second] = operands.map(parseEndpoint);
  const found = await look(NAME, config.pcap, first, second);
  for (const fault of found.faults) process.stderr.write(`${fault}\n`);
  const asked = `${endpointText(first.address, first.port)} and ${endpointText(second.address, second.port)}`;
  if (found.rows.length === 0)
    throw new HangupError(
      "HANGUP_NOT_FOUND",
      `no connection between ${asked} in ${config.pcap.map((file) => (file === "-" ? "stdin" : file)).join(", ")}`,
      { remedy: String(found.near) },
    );
  if (found.rows.length > 1) process.stdout.write(`${found.rows.length} connections between ${asked}, in order:\n\n`);
  process.stdout.write(found.rows.map((row, i) => explanationText(row, found.packets[i])).join(""));
  return found.faults.length > 0 ? PARTIAL : 0;
}
