import { describe, expect, it } from "vitest";
import {
  complaint,
  describeCapture,
  describeCounters,
  noPackets,
  readCounters,
  saysListening,
  type ComplaintContext,
} from "./messages.ts";

const context: ComplaintContext = {
  interface: "eth7",
  expression: "prot 443",
  interfaces: () => ["eth0", "lo", "any"],
};

describe("readCounters", () => {
  it("reads the one line of SIGUSR1", () => {
    const counters = noPackets();
    const line = "tcpdump: 12 packets captured, 34 packets received by filter, 5 packets dropped by kernel";
    expect(readCounters(line, counters)).toBe(true);
    expect(counters).toEqual({ captured: 12, receivedByFilter: 34, droppedByKernel: 5, droppedByInterface: 0 });
  });

  it("reads the lines of the end, singular and all", () => {
    const counters = noPackets();
    for (const line of [
      "1 packet captured",
      "1 packet received by filter",
      "0 packets dropped by kernel",
      "7 packets dropped by interface",
    ]) {
      expect(readCounters(line, counters)).toBe(true);
    }
    expect(counters).toEqual({ captured: 1, receivedByFilter: 1, droppedByKernel: 0, droppedByInterface: 7 });
  });

  it("leaves other lines alone", () => {
    expect(readCounters("tcpdump: listening on lo, link-type EN10MB (Ethernet)", noPackets())).toBe(false);
  });

  it("is read back from our own words", () => {
    const counters = { captured: 3, receivedByFilter: 4, droppedByKernel: 1, droppedByInterface: 2 };
    const back = noPackets();
    for (const line of describeCounters(counters).split("\n")) readCounters(line, back);
    expect(back).toEqual(counters);
  });
});

describe("describeCapture", () => {
  const one = { captured: 3, receivedByFilter: 4, droppedByKernel: 1, droppedByInterface: 0 };

  it("tells of one interface in tcpdump's words", () => {
    expect(describeCapture(new Map([["eth0", one]]), 0)).toBe(`${describeCounters(one)}\n`);
  });

  it("tells of several each by itself and all together, and of lost events", () => {
    const lines = describeCapture(new Map(["eth0", "eth1"].map((name) => [name, one])), 7).split("\n");
    expect(lines).toEqual([
      "eth0: 3 packets captured, 4 packets received by filter, 1 packets dropped by kernel",
      "eth1: 3 packets captured, 4 packets received by filter, 1 packets dropped by kernel",
      "6 packets captured",
      "8 packets received by filter",
      "2 packets dropped by kernel",
      "7 events dropped by the queue for Kafka",
      "",
    ]);
  });
});

describe("saysListening", () => {
  it.each([
    { line: "tcpdump: listening on lo, link-type EN10MB (Ethernet), snapshot length 128 bytes", is: true },
    { line: "reading from file x.pcap, link-type EN10MB (Ethernet)", is: true },
    { line: "tcpdump: eth7: No such device exists", is: false },
    { line: "dropped privs to tcpdump", is: false },
  ])("$line", ({ line, is }) => expect(saysListening(line)).toBe(is));
});

describe("complaint", () => {
  it.each([
    {
      lines: ["tcpdump: eth7: No such device exists", "(No such device exists)"],
      code: "HANGUP_NO_INTERFACE",
      says: "there is no network interface 'eth7'",
      remedy: "There are: eth0, lo, any",
    },
    {
      lines: [
        "tcpdump: eth7: You don't have permission to perform this capture on that device",
        "(socket: Operation not permitted)",
      ],
      code: "HANGUP_CAPTURE_PERMISSION",
      says: "this user may not capture on eth7",
      remedy: "setcap",
    },
    {
      lines: ["tcpdump: data link type LINUX_SLL2", "tcpdump: unknown port 'foo'"],
      code: "HANGUP_CAPTURE_FILTER",
      says: "tcpdump refuses the filter 'prot 443': unknown port 'foo'",
      remedy: "pcap-filter",
    },
    {
      lines: ["tcpdump: can't parse filter expression: syntax error"],
      code: "HANGUP_CAPTURE_FILTER",
      says: "tcpdump refuses the filter 'prot 443': can't parse filter expression: syntax error",
      remedy: "pcap-filter",
    },
    {
      lines: ["tcpdump: unknown host 'nosuch.invalid'"],
      code: "HANGUP_CAPTURE_FILTER",
      says: "unknown host 'nosuch.invalid'",
      remedy: "",
    },
    {
      lines: ["tcpdump: eth7: That device is not up"],
      code: "HANGUP_NO_INTERFACE",
      says: "'eth7' is down",
      remedy: "ip link set eth7 up",
    },
    {
      lines: ["tcpdump: Couldn't find user 'x'"],
      code: "HANGUP_CAPTURE_FAILED",
      says: "Couldn't find user 'x'",
      remedy: "",
    },
    { lines: [], code: "HANGUP_CAPTURE_FAILED", says: "without a word", remedy: "" },
  ])("$code: $says", ({ lines, code, says, remedy }) => {
    const error = complaint(lines, context);
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    expect(error.remedy).toContain(remedy);
  });

  it("names the namespace that is not there", () => {
    const error = complaint(['Cannot open network namespace "blue": No such file or directory'], {
      ...context,
      netns: "blue",
    });
    expect(error.message).toBe("there is no network namespace 'blue'");
  });

  it("names the file", () => {
    const error = complaint(["tcpdump: unknown file format"], { ...context, read: "notes.txt" });
    expect(error).toMatchObject({ code: "HANGUP_NOT_A_CAPTURE", message: "notes.txt: unknown file format" });
  });
});
