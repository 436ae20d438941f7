import { describe, expect, test } from "vitest";

import { packet, type PacketBuilder, PcapBuilder, readBack } from "./builder.ts";

const router = { src: "192.0.2.1", dst: "10.0.0.1" };
const quoted = () =>
  packet()
    .tcp({ srcPort: 1000, dstPort: 80, seq: 0xfffffff0, ack: 3, flags: "S", mss: 1460, payload: 100 })
    .ipv4({ src: "10.0.0.1", dst: "203.0.113.9", ttl: 7, id: 77 });
const quoted6 = () =>
  packet().tcp({ srcPort: 1000, dstPort: 80, seq: 5, flags: "S" }).ipv6({ src: "2001:db8::1", dst: "2001:db8::2" });
const read = (built: PacketBuilder) =>
  readBack(new PcapBuilder().add(0, built.ethernet()).bytes(), { verifyChecksums: true });

test("a whole quotation is read", () => {
  const { segments, counters } = read(quoted().icmpError(3, 1).ipv4(router));
  expect(counters).toMatchObject({ tcp: 1, icmp: 1 });
  expect(segments[0]).toMatchObject({
    icmp: 0x0301,
    family: 4,
    src3: 0x0a000001,
    dst3: 0xcb007109 | 0,
    srcPort: 1000,
    dstPort: 80,
    seq: 0xfffffff0,
    ack: 3,
    flags: 2,
    mss: 1460,
    payloadLength: 100,
    ttl: 7,
    ipId: 77,
  });
});

test("the eight bytes that every router quotes name the tuple and seq", () => {
  const [segment] = read(quoted().icmpError(11, 0, 28).ipv4(router)).segments;
  expect(segment).toMatchObject({
    icmp: 0x0b00,
    srcPort: 1000,
    dstPort: 80,
    seq: 0xfffffff0,
    ack: 0,
    flags: 0,
    mss: -1,
  });
  expect(segment).toMatchObject({ payloadLength: 104, payloadCaptured: 0 });
});

test("ICMPv6 quotes too", () => {
  const { segments } = read(quoted6().icmpv6Error(1, 4).ipv6({ src: "2001:db8::9", dst: "2001:db8::1" }));
  expect(segments[0]).toMatchObject({ icmp: 0x0104, family: 6, src3: 1, dst3: 2, flags: 2 });
});

test("the first piece of a fragmented packet is quoted like a whole one", () => {
  const piece = packet()
    .tcp({ srcPort: 1000, dstPort: 80, seq: 5 })
    .ipv4({ src: "10.0.0.1", dst: "10.0.0.2", fragment: { offset: 0, more: true } });
  expect(read(piece.icmpError(3, 4).ipv4(router)).segments[0]).toMatchObject({ icmp: 0x0304, seq: 5 });
});

test("the segment after an error is none", () => {
  const capture = new PcapBuilder()
    .add(0, quoted().icmpError(3, 1).ipv4(router).ethernet())
    .add(1, quoted().ethernet());
  expect(readBack(capture.bytes()).segments.map((segment) => segment.icmp)).toEqual([0x0301, 0]);
});

describe("no segment", () => {
  test.each([
    { name: "echo", built: quoted().icmpError(8, 0).ipv4(router) },
    { name: "redirect", built: quoted().icmpError(5, 1).ipv4(router) },
    { name: "neighbour advertisement", built: quoted6().icmpv6Error(136, 0).ipv6({ src: "::1", dst: "::2" }) },
    {
      name: "a quotation of UDP",
      built: packet(new Uint8Array(8)).udp(1, 2).ipv4(router).icmpError(3, 3).ipv4(router),
    },
    { name: "a quotation that ends before seq", built: quoted().icmpError(3, 1, 27).ipv4(router) },
    { name: "an empty quotation", built: packet().icmpError(3, 1).ipv4(router) },
    {
      name: "a quoted later fragment",
      built: packet(new Uint8Array(40))
        .ipv4({ ...router, protocol: 6, fragment: { offset: 8, more: false } })
        .icmpError(11, 1)
        .ipv4(router),
    },
  ])("$name", ({ built }) => {
    expect(read(built).counters).toMatchObject({ packets: 1, tcp: 0, icmp: 0, notTcp: 1 });
  });
});
