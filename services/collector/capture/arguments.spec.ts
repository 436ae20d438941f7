import { describe, expect, it } from "vitest";
import { tcpdumpCommand, type TcpdumpOptions } from "./arguments.ts";

const usual: TcpdumpOptions = {
  interface: "eth0",
  expression: "tcp or (vlan and tcp)",
  snaplen: 128,
  bufferKib: 8192,
  promiscuous: true,
  lowLatency: false,
};

describe("tcpdumpCommand", () => {
  it.each([
    { name: "as usual", change: {}, line: "tcpdump -n -U -w - -s 128 -i eth0 -B 8192" },
    {
      name: "a namespace",
      change: { netns: "blue" },
      line: "ip netns exec blue tcpdump -n -U -w - -s 128 -i eth0 -B 8192",
    },
    { name: "a user", change: { dropTo: "nobody" }, line: "tcpdump -n -U -w - -s 128 -i eth0 -B 8192 -Z nobody" },
    {
      name: "everything",
      change: { direction: "in", promiscuous: false, lowLatency: true, count: 5, snaplen: 200 },
      line: "tcpdump -n -U -w - -s 200 -i eth0 -B 8192 -Q in -p --immediate-mode -c 5",
    },
    { name: "a file", change: { read: "x.pcap" }, line: "tcpdump -n -U -w - -s 128 -r -" },
  ] as const)("$name", ({ change, line }) => {
    const { program, args } = tcpdumpCommand({ ...usual, ...change });
    // The filter is one argument, whatever words it has: no shell sees it.
    expect([program, ...args]).toEqual([...line.split(" "), usual.expression]);
  });

  it("gives no filter where there is none", () => {
    expect(tcpdumpCommand({ ...usual, expression: "" }).args.at(-1)).toBe("8192");
  });
});
