/** What may be said to tcpdump, under the names of its own flags. */
export interface TcpdumpOptions {
  /** A file to read instead of an interface: tcpdump gets it unpacked, through stdin. */
  readonly read?: string;
  readonly interface: string;
  /** Capture inside this network namespace. */
  readonly netns?: string;
  /** BPF expression, '' for none. */
  readonly expression: string;
  readonly snaplen: number;
  /** Size of the kernel's ring, KiB. */
  readonly bufferKib: number;
  readonly count?: number;
  readonly direction?: "in" | "out" | "inout";
  readonly promiscuous: boolean;
  /** Every packet at once, instead of at most libpcap's 1 s late: costs up to ten times the CPU. */
  readonly lowLatency: boolean;
  /** Whose rights tcpdump keeps once the interface is open; undefined where it has none to give up. */
  readonly dropTo?: string;
  /** Open the interface and compile the expression, no more. */
  readonly compileOnly?: boolean;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** Prefixes a command so that it runs inside a network namespace. */
export function insideNamespace(netns: string | undefined, { program, args }: Command): Command {
  return netns === undefined ? { program, args } : { program: "ip", args: ["netns", "exec", netns, program, ...args] };
}

/** The command that writes a pcap stream to stdout, packet by packet (`-U`). */
export function tcpdumpCommand(options: TcpdumpOptions): Command {
  const args = ["-n", "-U", "-w", "-", "-s", String(options.snaplen)];
  if (options.read === undefined) {
    args.push("-i", options.interface, "-B", String(options.bufferKib));
    if (options.direction !== undefined) args.push("-Q", options.direction);
    if (!options.promiscuous) args.push("-p");
    if (options.lowLatency) args.push("--immediate-mode");
  } else args.push("-r", "-");
  if (options.count !== undefined) args.push("-c", String(options.count));
  if (options.compileOnly === true) args.push("-d");
  if (options.dropTo !== undefined) args.push("-Z", options.dropTo);
  if (options.expression !== "") args.push(options.expression);
  return insideNamespace(options.netns, { program: "tcpdump", args });
}
