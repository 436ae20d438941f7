import { hostname } from "node:os";
import { TEARDOWNS_TOPIC } from "@hangup/kafka";
import {
  bootstrapServers,
  byteSize,
  duration,
  flag,
  listenAddress,
  option,
  type CommandSpec,
  type ConfigOf,
} from "@hangup/service";
import { z } from "zod";
import { isEndpoint } from "./own-traffic.ts";

const size = (unit: string, least: number, fallback: number) =>
  z.coerce.number(`expected ${unit}, at least ${least}`).int().min(least).default(fallback);

const options = {
  interface: option(
    "-i, --interface <name>",
    "network interface, several when given several times, or 'any'",
    z
      .array(z.string().min(1))
      .transform((names) => [...new Set(names)])
      .refine((names) => names.length === 1 || !names.includes("any"), "'any' is all interfaces already")
      .prefault(["any"]),
    { repeatable: true },
  ),
  netns: option("--netns <name>", "capture inside this network namespace", z.string().optional()),
  read: option("-r, --read <file>", "read a capture file instead ('-' is stdin)", z.string().optional()),
  write: option(
    "-w, --write <file>",
    "also write what is captured to this file; several interfaces make it a pcapng",
    z.string().optional(),
  ),
  snaplen: option(
    "-s, --snapshot-length <bytes>",
    "bytes of each packet: enough for all headers, those of a tunnel too",
    size("bytes", 96, 192),
  ),
  count: option("-c, --count <packets>", "stop after so many packets", z.coerce.number().int().min(1).optional()),
  buffer: option("-B, --buffer-size <KiB>", "the kernel's ring for packets", size("KiB", 64, 8_192)),
  filterFile: option("-F, --filter-file <file>", "read the BPF expression from a file", z.string().optional()),
  noPromiscuous: option("-p, --no-promiscuous-mode", "leave the interface as it is", flag),
  direction: option(
    "-Q, --direction <in|out|inout>",
    "packets of one direction only",
    z.enum(["in", "out", "inout"]).optional(),
  ),
  listInterfaces: option("-D, --list-interfaces", "print the interfaces that can be captured, and exit", flag),
  noNames: option("-n", "no name is ever looked up here; accepted for habit's sake", flag),
  captureMode: option(
    "--capture-mode <all|flags>",
    "all headers, or only segments with SYN, FIN or RST: cheaper, but some causes cannot be told",
    z.enum(["all", "flags"]).default("all"),
  ),
  selfTest: option(
    "--self-test",
    "print which encapsulations the kernel's filter sees, and exit: 3 when it is not as it should be",
    flag,
  ),
  checkCapture: option(
    "--check-capture",
    "only open the interfaces and compile the expression, and exit: what can be known to be wrong before a capture",
    flag,
    { environment: false },
  ),
  lowLatency: option(
    "--low-latency",
    "packets at once instead of up to 1 s late, and events sooner; costs more CPU",
    flag,
  ),
  tcpdumpUser: option(
    "-Z, --relinquish-privileges <user>",
    "whose rights tcpdump keeps when this runs as root",
    z.string().optional(),
  ),
  settle: option("--settle <duration>", "judge an end so long after it was seen", duration.prefault("1s")),
  silence: option(
    "--silence <duration>",
    "a connection without a packet for so long has timed out",
    duration.prefault("120s"),
  ),
  maxMemory: option(
    "--max-memory <size>",
    "for connections that are followed at once; beyond it those go first of which only a SYN was seen",
    byteSize.prefault("256MiB"),
  ),
  ignoreVlans: option(
    "--ignore-vlans",
    "equal addresses and ports are one connection, whatever VLANs and tunnels they are met in",
    flag,
  ),
  verifyChecksums: option(
    "--verify-checksums",
    "leave out packets with a wrong checksum: for a tap; TCP's is known of packets that -s lets come whole",
    flag,
  ),
  bootstrapServer: option(
    "--bootstrap-server <host:port,...>",
    "Kafka brokers",
    bootstrapServers.prefault("127.0.0.1:9092"),
  ),
  topic: option(
    "--topic <name>",
    "topic of the events; it and <name>.dlq are made where they are missing",
    z
      .string()
      .regex(/^[\w.-]{1,245}$/, "expected letters, digits, '.', '_' and '-'")
      .default(TEARDOWNS_TOPIC),
  ),
  dryRun: option("--dry-run", "print events to stdout as NDJSON instead of sending them to Kafka", flag),
  collector: option("--collector <name>", "name of this collector", z.string().min(1).default(hostname())),
  own: option(
    "--own <host:port>",
    "a server of Hangup's own: connections to it are left out",
    z.array(z.string().refine(isEndpoint, "expected HOST:PORT")).default([]),
    {
      repeatable: true,
    },
  ),
  includeOwn: option("--include-own", "do not leave out Hangup's own connections", flag),
  queueBytes: option(
    "--queue-bytes <bytes>",
    "memory for events while Kafka is away; beyond it the oldest go",
    size("bytes", 1_000_000, 256_000_000),
  ),
  retention: option(
    "--retention <duration>",
    "how long events are kept: a capture file older than that draws a warning",
    duration.prefault("720h"),
  ),
  shiftToNow: option("--shift-to-now", "move a capture file's times so that its last packet is now", flag),
  pace: option("--pace", "with --shift-to-now: let a capture file's events come as time passes", flag),
  loop: option("--loop", "with --pace: begin again at the end of the file", flag),
  adminListen: option(
    "--admin-listen <address>",
    "health checks and metrics",
    listenAddress.prefault("127.0.0.1:8482"),
  ),
};

export const spec = {
  name: "hangup collect",
  summary:
    "Watches how TCP connections end: captures with tcpdump, names the causes, sends the events to Kafka. What follows the options is a BPF expression (pcap-filter).",
  examples: [
    "hangup collect -i eth0 --bootstrap-server kafka:9092",
    "hangup collect -i eth0 -i eth1 --dry-run port 443",
    "hangup collect -r capture.pcap --shift-to-now",
  ],
  operands: "[expression...]",
  options,
  check: wrongTogether,
} satisfies CommandSpec<typeof options>;

export type CollectorOptions = typeof options;

/** Of values that are each right by themselves. */
function wrongTogether(config: ConfigOf<typeof options>): string | null {
  const { interface: names, count, read, shiftToNow, pace, loop } = config;
  if (names.length > 1 && count !== undefined) return "-c counts the packets of one interface: give -i once";
  if (read === undefined && (shiftToNow || pace || loop))
    return "--shift-to-now, --pace and --loop need a capture file: -r FILE";
  if (pace && !shiftToNow) return "--pace needs --shift-to-now";
  if (loop && !pace) return "--loop needs --pace";
  if (read === "-" && shiftToNow) return "--shift-to-now must see the end of the capture first: stdin will not do";
  return null;
}
