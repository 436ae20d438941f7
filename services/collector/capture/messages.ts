import { HangupError } from "@hangup/service";

/** What tcpdump says of itself at SIGUSR1 and at its end. */
export interface PacketCounters {
  captured: number;
  receivedByFilter: number;
  droppedByKernel: number;
  droppedByInterface: number;
}

export function noPackets(): PacketCounters {
  return { captured: 0, receivedByFilter: 0, droppedByKernel: 0, droppedByInterface: 0 };
}

export function sumOf(all: readonly PacketCounters[]): PacketCounters {
  const sum = noPackets();
  for (const counters of all)
    for (const name of Object.keys(sum) as (keyof PacketCounters)[]) sum[name] += counters[name];
  return sum;
}

/** The counters in tcpdump's own words. */
export function describeCounters(counters: PacketCounters): string {
  const lines = [
    `${counters.captured} packets captured`,
    `${counters.receivedByFilter} packets received by filter`,
    `${counters.droppedByKernel} packets dropped by kernel`,
  ];
  if (counters.droppedByInterface > 0) lines.push(`${counters.droppedByInterface} packets dropped by interface`);
  return lines.join("\n");
}

/** All counters in lines: of each interface where there are several, of all together, and the events that memory had no room for. */
export function describeCapture(interfaces: ReadonlyMap<string, PacketCounters>, droppedEvents: number): string {
  const lines = [describeCounters(sumOf([...interfaces.values()]))];
  if (interfaces.size > 1) {
    const each = [...interfaces].map(
      ([name, counters]) => `${name}: ${describeCounters(counters).replaceAll("\n", ", ")}`,
    );
    lines.unshift(...each);
  }
  if (droppedEvents > 0) lines.push(`${droppedEvents} events dropped by the queue for Kafka`);
  return `${lines.join("\n")}\n`;
}

const COUNTERS = [
  [/(\d+) packets? captured/, "captured"],
  [/(\d+) packets? received by filter/, "receivedByFilter"],
  [/(\d+) packets? dropped by kernel/, "droppedByKernel"],
  [/(\d+) packets? dropped by interface/, "droppedByInterface"],
] as const satisfies readonly (readonly [RegExp, keyof PacketCounters])[];

/** Takes the counters out of a line of tcpdump's stderr; true when it held any. One line holds all at SIGUSR1, one each at the end. */
export function readCounters(line: string, into: PacketCounters): boolean {
  let found = false;
  for (const [pattern, name] of COUNTERS) {
    const match = pattern.exec(line);
    if (match === null) continue;
    into[name] = Number(match[1]);
    found = true;
  }
  return found;
}

/** True for the line that says that the capture has begun. */
export function saysListening(line: string): boolean {
  return /listening on |reading from file /.test(line);
}

/** The link type in that line: EN10MB, RAW …. */
export function linkTypeSaid(line: string): string | undefined {
  return /link-type (\S+)/.exec(line)?.[1];
}

export interface ComplaintContext {
  readonly interface: string;
  readonly netns?: string;
  readonly read?: string;
  readonly expression: string;
  /** Names that exist, for the remedy. */
  readonly interfaces: () => readonly string[];
}

/** Turns tcpdump's last words into an error that names the thing and the remedy. */
export function complaint(lines: readonly string[], context: ComplaintContext): HangupError {
  const text = lines
    .filter((line) => !saysListening(line))
    .map((line) => line.replace(/^tcpdump: /, "").trim())
    .filter((line) => line !== "" && !/^(dropped privs|data link type) /.test(line));
  const all = text.join(" ");
  const { interface: device, netns, read, expression } = context;
  const where = netns === undefined ? "" : ` in network namespace ${netns}`;
  if (/Cannot open network namespace/.test(all)) {
    return new HangupError("HANGUP_NO_INTERFACE", `there is no network namespace '${netns}'`, {
      remedy: "'ip netns list' shows those that exist",
    });
  }
  if (/permission|Operation not permitted|CAP_NET_RAW/i.test(all)) {
    return new HangupError("HANGUP_CAPTURE_PERMISSION", `this user may not capture on ${device}${where}`, {
      remedy: 'Run it as root, or allow tcpdump: setcap cap_net_raw,cap_net_admin=eip "$(command -v tcpdump)"',
    });
  }
  if (/No such device/.test(all)) {
    return new HangupError("HANGUP_NO_INTERFACE", `there is no network interface '${device}'${where}`, {
      remedy: `There are: ${context.interfaces().join(", ")}`,
    });
  }
  if (
    /filter expression|unknown host|unknown (port|network|protocol|ether)|expression rejects all|illegal|not supported on/.test(
      all,
    )
  ) {
    return new HangupError("HANGUP_CAPTURE_FILTER", `tcpdump refuses the filter '${expression}': ${text[0]}`, {
      remedy: "'man pcap-filter' describes the expressions",
    });
  }
  if (/is not up/.test(all)) {
    return new HangupError("HANGUP_NO_INTERFACE", `the network interface '${device}'${where} is down`, {
      remedy: `Try: ip link set ${device} up`,
    });
  }
  if (read !== undefined) {
    const why = text.at(-1) ?? "tcpdump cannot read it";
    const code = /unknown file format/.test(all)
      ? "HANGUP_NOT_A_CAPTURE"
      : /truncated/.test(all)
        ? "HANGUP_CAPTURE_TRUNCATED"
        : "HANGUP_FILE";
    return new HangupError(code, `${read}: ${why.replace(`${read}: `, "")}`);
  }
  return new HangupError("HANGUP_CAPTURE_FAILED", `tcpdump ended: ${text.at(0) ?? "without a word"}`);
}

/** A program that could not be started. */
export function missingTool(program: string, cause: NodeJS.ErrnoException): HangupError {
  return cause.code === "ENOENT"
    ? new HangupError("HANGUP_MISSING_TOOL", `the program '${program}' is not installed`, {
        remedy: program === "ip" ? "Install iproute2" : `Install ${program}`,
        cause,
      })
    : new HangupError("HANGUP_CAPTURE_FAILED", `${program} cannot be started: ${cause.message}`, { cause });
}
