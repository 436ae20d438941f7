import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const SOURCE = join(import.meta.dirname, "sender", "send.c");

/** What was sent in one run. */
export interface Sent {
  readonly packets: number;
  /** The same of each process. */
  readonly each: readonly number[];
  readonly seconds: number;
}

/** A virtual cable in a network namespace of its own, and what sends packets on one end of it. */
export class PacketSender {
  readonly netns = `hangup-bench-${process.pid}`;
  /** The end that packets arrive at. */
  readonly interface = "arriving";
  readonly #program: string;

  /** Compiles the sender into `directory`. Needs root, iproute2 and a C compiler. */
  constructor(directory: string) {
    this.#program = join(directory, "send");
    execFileSync("cc", ["-O2", "-o", this.#program, SOURCE], { stdio: "inherit" });
    execFileSync("ip", ["netns", "add", this.netns]);
    const lines = [
      "link add leaving type veth peer name arriving",
      // The kernel's own neighbour discovery would stand between our packets.
      "link set leaving addrgenmode none",
      "link set arriving addrgenmode none",
      "link set leaving up",
      "link set arriving up",
    ];
    execFileSync("ip", ["-n", this.netns, "-batch", "-"], { input: lines.join("\n") });
  }

  /**
   * Sends the packets of a pcap file at an even rate, over and over. Several processes share the rate where order does not matter:
   * they get their part of a busy machine sooner.
   */
  async send(file: string, packetsPerSecond: number, seconds: number, processes = 1): Promise<Sent> {
    const rate = String(packetsPerSecond / processes);
    const args = ["netns", "exec", this.netns, this.#program, "leaving", file, rate, String(seconds)];
    const runs = await Promise.all(Array.from({ length: processes }, () => promisify(execFile)("ip", args)));
    const numbers = runs.map(({ stdout }) => stdout.split(" ").map(Number));
    const each = numbers.map(([packets]) => packets);
    return {
      each,
      packets: each.reduce((sum, packets) => sum + packets, 0),
      seconds: Math.max(...numbers.map(([, took]) => took)),
    };
  }

  close(): void {
    execFileSync("ip", ["netns", "del", this.netns]);
  }
}
