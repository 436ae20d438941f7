import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type Ipv6Fields, packet, type PacketBuilder, PcapBuilder, readBack } from "./builder.ts";

const segment = () => packet().tcp({ srcPort: 1000, dstPort: 80, flags: "PA", payload: "abc" });
const v4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const v6 = { src: "2001:db8::1", dst: "fe80::ffff:0:2" };
const capture = (built: PacketBuilder | Uint8Array, snapLength?: number) =>
  new PcapBuilder(snapLength === undefined ? {} : { snapLength }).add(0, built).bytes();
const read = (built: PacketBuilder | Uint8Array) => readBack(capture(built));

test("an IPv4 header is read", () => {
  const built = segment().ipv4({ ...v4, ttl: 61, id: 0xbeef, tos: 0xb8, dontFragment: true, options: [1, 1, 1, 0] });
  expect(read(built.ethernet()).segments[0]).toMatchObject({
    family: 4,
    src0: 0,
    src1: 0,
    src2: 0xffff,
    src3: 0x0a000001,
    dst2: 0xffff,
    dst3: 0x0a000002,
    ttl: 61,
    ipId: 0xbeef,
    tos: 0xb8,
    dontFragment: true,
    ipLength: 24 + 20 + 3,
    payloadLength: 3,
  });
});

test("an IPv6 header is read", () => {
  const built = segment().ipv6({ ...v6, hopLimit: 255, trafficClass: 0x2e });
  expect(read(built.ethernet()).segments[0]).toMatchObject({
    family: 6,
    src0: 0x20010db8,
    src3: 1,
    dst0: 0xfe800000 | 0,
    dst1: 0,
    dst2: 0xffff,
    dst3: 2,
    ttl: 255,
    ipId: -1,
    tos: 0x2e,
    dontFragment: false,
    ipLength: 40 + 20 + 3,
    payloadLength: 3,
  });
});

const pad = (length: number): number[] => Array.from({ length }, () => 0);
const extensions: { name: string; extensions: Ipv6Fields["extensions"]; read?: object }[] = [
  { name: "hop-by-hop", extensions: [{ header: 0, body: pad(6) }] },
  { name: "routing of 24 bytes", extensions: [{ header: 43, body: pad(22) }] },
  {
    name: "destination twice",
    extensions: [
      { header: 60, body: pad(6) },
      { header: 60, body: pad(14) },
    ],
  },
  { name: "authentication", extensions: [{ header: 51, body: pad(22) }] },
  { name: "mobility, host identity, shim6", extensions: [135, 139, 140].map((header) => ({ header, body: pad(6) })) },
  {
    name: "an atomic fragment",
    extensions: [{ header: 44, body: [0, 0, 0xde, 0xad, 0xbe, 0xef] }],
    read: { ipId: 0xdeadbeef },
  },
];

test.each(extensions)("IPv6 extension headers: $name", ({ extensions: chain, read: expected }) => {
  const { segments, counters } = read(
    segment()
      .ipv6({ ...v6, extensions: chain ?? [] })
      .ethernet(),
  );
  expect(counters).toMatchObject({ tcp: 1 });
  expect(segments[0]).toMatchObject({ srcPort: 1000, payloadLength: 3, ...expected });
});

test("a chain of extension headers without end is unsupported", () => {
  const chain = Array.from({ length: 20 }, () => ({ header: 60, body: pad(6) }));
  expect(
    read(
      segment()
        .ipv6({ ...v6, extensions: chain })
        .ethernet(),
    ).counters,
  ).toMatchObject({ unsupported: 1, tcp: 0 });
});

describe("cut by the snapshot length before the TCP flags", () => {
  const chain = [
    { header: 0, body: pad(6) },
    { header: 44, body: [0, 0, 0, 0, 0, 1] },
  ];
  test.each([
    {
      name: "IPv4",
      built: segment()
        .ipv4({ ...v4, options: [1, 1, 1, 0] })
        .ethernet(),
      headers: 14 + 24,
    },
    {
      name: "IPv6",
      built: segment()
        .ipv6({ ...v6, extensions: chain })
        .ethernet(),
      headers: 14 + 40 + 16,
    },
  ])("$name is truncated", ({ built, headers }) => {
    for (let cut = 0; cut < headers + 14; cut++) {
      expect(readBack(capture(built, cut)).counters, `cut at ${cut}`).toMatchObject({
        tcp: 0,
        truncated: 1,
        malformed: 0,
      });
    }
  });
});

describe("impossible headers are malformed", () => {
  const at = 14;
  test.each([
    { name: "IPv4 header length below 5 words", offset: at, value: 0x44 },
    { name: "version 5", offset: at, value: 0x55 },
    { name: "IPv4 total length below its header", offset: at + 3, value: 10 },
  ])("$name", ({ offset, value }) => {
    const { bytes } = segment().ipv4(v4).ethernet();
    bytes[offset] = value;
    expect(read(bytes).counters).toMatchObject({ malformed: 1, tcp: 0 });
  });

  test("a frame that ends inside its IPv4 header", () => {
    expect(read(segment().ipv4(v4).ethernet().bytes.subarray(0, 30)).counters).toMatchObject({ malformed: 1 });
  });

  test("an extension header beyond its packet", () => {
    const built = segment()
      .ipv6({ ...v6, extensions: [{ header: 60, body: pad(6) }] })
      .ethernet();
    built.bytes[14 + 40 + 1] = 200;
    expect(read(built).counters).toMatchObject({ malformed: 1, tcp: 0 });
  });
});

describe("lengths", () => {
  test("padding of a short frame is no payload", () => {
    const built = packet().tcp({ srcPort: 1, dstPort: 2 }).ipv4(v4).ethernet().padded();
    expect(built.bytes).toHaveLength(60);
    expect(read(built).segments[0]).toMatchObject({ payloadLength: 0, payloadCaptured: 0, ipLength: 40 });
  });

  test("IPv4 total length 0 is the frame's: segmentation offload", () => {
    const built = packet()
      .tcp({ srcPort: 1, dstPort: 2, payload: 70_000 })
      .ipv4({ ...v4, totalLength: 0 })
      .ethernet();
    expect(read(built).segments[0]).toMatchObject({ payloadLength: 70_000, ipLength: 70_040 });
  });

  test("IPv6 payload length 0 is the frame's: a jumbogram", () => {
    const jumbo = [{ header: 0, body: [0xc2, 4, 0, 1, 0x11, 0x8c] }];
    const built = packet()
      .tcp({ srcPort: 1, dstPort: 2, payload: 70_000 })
      .ipv6({ ...v6, extensions: jumbo, payloadLength: 0 });
    expect(read(built.ethernet()).segments[0]).toMatchObject({ payloadLength: 70_000 });
  });

  test.each([
    {
      name: "IPv4",
      built: segment()
        .ipv4({ ...v4, totalLength: 4000 })
        .ethernet(),
    },
    {
      name: "IPv6",
      built: segment()
        .ipv6({ ...v6, payloadLength: 4000 })
        .ethernet(),
    },
  ])("$name cannot be longer than its frame", ({ built }) => {
    expect(read(built).segments[0]).toMatchObject({ payloadLength: 3 });
  });

  test("the payload is as long as the packet was, however little is captured", () => {
    const built = packet().tcp({ srcPort: 1, dstPort: 2, payload: 1000 }).ipv4(v4).ethernet();
    expect(readBack(capture(built, 96)).segments[0]).toMatchObject({ payloadLength: 1000, payloadCaptured: 96 - 54 });
  });
});

test("a packet that names IPv4 and carries IPv6 is read", () => {
  expect(read(segment().ipv6(v6).ethernet(0x0800)).segments[0]).toMatchObject({ family: 6, payloadLength: 3 });
});

test("an IPv4 header checksum is verified on demand", () => {
  const { bytes } = segment().ipv4(v4).ethernet();
  bytes[14 + 8] ^= 1;
  expect(readBack(capture(bytes)).counters).toMatchObject({ tcp: 1 });
  expect(readBack(capture(bytes), { verifyChecksums: true }).counters).toMatchObject({ tcp: 0, badChecksum: 1 });
});

test("IPv6 checksums are right over whatever is built", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(0xffff), (payload, port) => {
      const built = packet().tcp({ srcPort: port, dstPort: 80, payload }).ipv6(v6).ethernet();
      const { counters } = readBack(capture(built), { verifyChecksums: true });
      expect(counters).toMatchObject({ tcp: 1, badChecksum: 0 });
    }),
    { seed: 2, numRuns: 100 },
  );
});

test.each([
  { name: "UDP", built: packet(new Uint8Array(20)).udp(53, 5353).ipv4(v4).ethernet() },
  {
    name: "ESP",
    built: packet(new Uint8Array(20))
      .ipv4({ ...v4, protocol: 50 })
      .ethernet(),
  },
  { name: "IPv6 without next header", built: packet().ipv6(v6).ethernet() },
  { name: "ARP", built: packet(new Uint8Array(28)).ethernet(0x0806) },
  { name: "spanning tree", built: packet(Uint8Array.of(0x42, 0x42, 3, 0, 0)).ethernet(38) },
])("$name is not TCP", ({ built }) => {
  expect(read(built).counters).toMatchObject({ packets: 1, notTcp: 1 });
});

test("IPv4 with an authentication header", () => {
  const tcp = packet().tcp({ srcPort: 1, dstPort: 2, seq: 7, payload: new Uint8Array(5) }).bytes;
  const head = [6, 4, 0, 0, ...Array.from({ length: 20 }, () => 7)];
  const built = packet(Uint8Array.from([...head, ...tcp])).ipv4({ ...v4, protocol: 51 });
  expect(read(built.ethernet()).segments).toMatchObject([{ srcPort: 1, dstPort: 2, seq: 7, payloadLength: 5 }]);
});
