import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { execFileSync } from "node:child_process";
import type { CapturePoint } from "@hangup/lab";

/** Ethernet, IPv6 and TCP with all options it can have: headers alone. */
const SNAPLEN = 134;

/** SYN, FIN or RST, in IPv4 and IPv6 without extension headers. */
const FLAGS_ONLY = "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0 or (ip6[6] == 6 and ip6[53] & 7 != 0)";

/** A tcpdump that writes what passes a device. */
export class Capture {
  readonly file: string;
  readonly #child: ChildProcess;

  private constructor(file: string, child: ChildProcess) {
    this.file = file;
    this.#child = child;
  }

  static async start({ netns, interface: device }: CapturePoint, file: string): Promise<Capture> {
    const args = ["netns", "exec", netns, "tcpdump", "-n", "-U", "-B", "8192", "-s", `${SNAPLEN}`, "-i", device];
    // A group of its own: a ctrl-C is for the lab, which ends it.
    const child = spawn("ip", [...args, "-w", file, "-Z", "root", "tcp or icmp or icmp6"], {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    const capture = new Capture(file, child);
    // It speaks when it listens.
    await Promise.race([once(child.stderr, "data"), once(child, "exit")]);
    if (child.exitCode !== null) throw new Error(`tcpdump on ${device} in ${netns} has ended`);
    child.stderr.resume();
    return capture;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGINT");
    await once(this.#child, "exit");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** Writes the SYN, FIN and RST segments of a capture into another. */
export function keepFlags(file: string, to: string): void {
  execFileSync("tcpdump", ["-n", "-r", file, "-w", to, "-Z", "root", FLAGS_ONLY], { stdio: "ignore" });
}
