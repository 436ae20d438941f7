import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { flagByte, packet, PcapBuilder, readBack, type TcpFields } from "./builder.ts";

const addresses = { src: "10.0.0.1", dst: "192.168.255.2" };
const frame = (fields: TcpFields) => packet().tcp(fields).ipv4(addresses).ethernet();
const read = (fields: TcpFields) => readBack(new PcapBuilder().add(1e15, frame(fields)).bytes()).segments[0];

test("a SYN is read with its options", () => {
  const timestamps = { value: 0xfffffff0, echo: 3 };
  const fields = {
    srcPort: 40_000,
    dstPort: 443,
    seq: 0xfffffffe,
    flags: "S",
    mss: 1460,
    sackPermitted: true,
    timestamps,
    windowScale: 9,
  };
  expect(read(fields)).toMatchObject({
    srcPort: 40_000,
    dstPort: 443,
    seq: 0xfffffffe,
    ack: 0,
    flags: 2,
    window: 64_240,
    payloadLength: 0,
    ipLength: 60,
    tcpHeaderLength: 40,
    hasOptions: true,
    hasTimestamp: true,
    tsVal: 0xfffffff0,
    tsEcr: 3,
    windowScale: 9,
    mss: 1460,
    sackPermitted: true,
    mptcpResetReason: -1,
    fastOpen: false,
    icmp: 0,
  });
});

const options: { name: string; fields: Partial<TcpFields>; read: object }[] = [
  {
    name: "none",
    fields: {},
    read: { hasOptions: false, hasTimestamp: false, mss: -1, windowScale: -1, sackPermitted: false },
  },
  {
    name: "aligned timestamps",
    fields: { timestamps: { value: 1, echo: 2 } },
    read: { hasTimestamp: true, tsVal: 1, tsEcr: 2 },
  },
  {
    name: "timestamps without NOPs",
    fields: { rawOptions: [8, 10, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0] },
    read: { tsVal: 5, tsEcr: 6 },
  },
  { name: "Fast Open request", fields: { fastOpenCookie: [] }, read: { fastOpen: true } },
  { name: "Fast Open cookie", fields: { fastOpenCookie: [1, 2, 3, 4, 5, 6, 7, 8] }, read: { fastOpen: true } },
  { name: "experimental Fast Open", fields: { rawOptions: [254, 4, 0xf9, 0x89] }, read: { fastOpen: true } },
  { name: "another experiment", fields: { rawOptions: [254, 4, 0xf9, 0x88] }, read: { fastOpen: false } },
  { name: "MPTCP reset", fields: { mptcpResetReason: 4 }, read: { mptcpResetReason: 4 } },
  {
    name: "MPTCP fast close",
    fields: { rawOptions: [30, 12, 0x70, 0, 1, 2, 3, 4, 5, 6, 7, 8] },
    read: { mptcpResetReason: 0 },
  },
  {
    name: "MPTCP reset before a fast close",
    fields: { rawOptions: [30, 4, 0x80, 3, 30, 12, 0x70, 0, 1, 2, 3, 4, 5, 6, 7, 8] },
    read: { mptcpResetReason: 3 },
  },
  { name: "MPTCP capable", fields: { rawOptions: [30, 4, 0x01, 0x81] }, read: { mptcpResetReason: -1 } },
  {
    name: "MD5 signature before MSS",
    fields: { rawOptions: [19, 18, ...Array.from({ length: 16 }, () => 9)], mss: 536 },
    read: { mss: 536 },
  },
  {
    name: "authentication before timestamps",
    fields: { rawOptions: [29, 16, 1, 2, ...Array.from({ length: 12 }, () => 9)], timestamps: { value: 4, echo: 5 } },
    read: { tsVal: 4, tsEcr: 5, mss: -1 },
  },
  {
    name: "SACK blocks before timestamps",
    fields: { rawOptions: [1, 1, 5, 10, 2, 4, 5, 180, 3, 3, 7, 0], timestamps: { value: 4 } },
    read: { tsVal: 4, mss: -1, windowScale: -1, sackPermitted: false },
  },
  { name: "end of list hides the rest", fields: { rawOptions: [0, 2, 4, 5, 180] }, read: { mss: -1 } },
  {
    name: "length 0 ends the list",
    fields: { rawOptions: [2, 4, 1, 1, 9, 0, 3, 3] },
    read: { mss: 257, windowScale: -1 },
  },
  {
    name: "length beyond the header",
    fields: { rawOptions: [3, 3, 7, 2, 9, 1, 1, 1] },
    read: { windowScale: 7, mss: -1 },
  },
  {
    name: "wrong length of a known option",
    fields: { rawOptions: [2, 3, 1, 3, 3, 5, 0, 0] },
    read: { mss: -1, windowScale: 5 },
  },
];

describe("options", () => {
  test.each(options)("$name", ({ fields, read: expected }) => {
    expect(read({ srcPort: 1, dstPort: 2, flags: "A", ...fields })).toMatchObject(expected);
  });

  test("of one packet do not stick to the next", () => {
    const first = frame({
      srcPort: 1,
      dstPort: 2,
      mss: 1460,
      sackPermitted: true,
      timestamps: { value: 1 },
      windowScale: 1,
      fastOpenCookie: [],
    });
    const capture = new PcapBuilder()
      .add(0, first)
      .add(1, frame({ srcPort: 1, dstPort: 2, mptcpResetReason: 1 }))
      .add(2, frame({ srcPort: 1, dstPort: 2 }));
    const { segments } = readBack(capture.bytes());
    expect(segments[2]).toMatchObject({
      mss: -1,
      sackPermitted: false,
      hasTimestamp: false,
      windowScale: -1,
      fastOpen: false,
    });
    expect(segments[2]).toMatchObject({ mptcpResetReason: -1, hasOptions: false });
  });
});

const segmentFields = fc.record(
  {
    srcPort: fc.nat(65_535),
    dstPort: fc.nat(65_535),
    seq: fc.nat(0xffffffff),
    ack: fc.nat(0xffffffff),
    flags: fc.nat(255),
    window: fc.nat(65_535),
    mss: fc.nat(65_535),
    windowScale: fc.nat(255),
    sackPermitted: fc.boolean(),
    timestamps: fc.record({ value: fc.nat(0xffffffff), echo: fc.nat(0xffffffff) }),
    mptcpResetReason: fc.nat(255),
    payload: fc.uint8Array({ maxLength: 100 }),
  },
  { requiredKeys: ["srcPort", "dstPort"] },
);

test("whatever is built is read back, with a right checksum", () => {
  fc.assert(
    fc.property(segmentFields, (fields) => {
      const capture = new PcapBuilder().add(0, frame(fields)).bytes();
      const { segments, counters } = readBack(capture, { verifyChecksums: true });
      expect(counters).toMatchObject({ packets: 1, tcp: 1, badChecksum: 0 });
      const payload = fields.payload ?? new Uint8Array(0);
      expect(segments[0]).toMatchObject({
        srcPort: fields.srcPort,
        dstPort: fields.dstPort,
        seq: fields.seq ?? 0,
        ack: fields.ack ?? 0,
        flags: fields.flags ?? 0,
        window: fields.window ?? 64_240,
        mss: fields.mss ?? -1,
        windowScale: fields.windowScale ?? -1,
        sackPermitted: fields.sackPermitted ?? false,
        hasTimestamp: fields.timestamps !== undefined,
        mptcpResetReason: fields.mptcpResetReason ?? -1,
        payloadLength: payload.length,
        payloadCaptured: payload.length,
      });
      expect(segments[0].buffer).toEqual(payload);
      const { value, echo } = fields.timestamps ?? { value: segments[0].tsVal, echo: segments[0].tsEcr };
      expect(segments[0]).toMatchObject({ tsVal: value, tsEcr: echo });
    }),
    { seed: 1, numRuns: 300 },
  );
});

describe("a header cut by the snapshot length", () => {
  const whole = frame({
    srcPort: 1000,
    dstPort: 2000,
    seq: 7,
    ack: 9,
    flags: "FA",
    timestamps: { value: 5 },
    payload: "hello",
  });
  const at = 14 + 20;

  test.each(Array.from({ length: 14 }, (_, cut) => ({ cut })))("after $cut bytes says nothing", ({ cut }) => {
    const { counters } = readBack(new PcapBuilder({ snapLength: at + cut }).add(0, whole).bytes());
    expect(counters).toMatchObject({ tcp: 0, truncated: 1, malformed: 0 });
  });

  test.each(Array.from({ length: 24 }, (_, more) => ({ cut: 14 + more })))(
    "after $cut bytes is read as far as it goes",
    ({ cut }) => {
      const { segments, counters } = readBack(new PcapBuilder({ snapLength: at + cut }).add(0, whole).bytes());
      expect(counters).toMatchObject({ tcp: 1, truncated: 0 });
      expect(segments[0]).toMatchObject({
        srcPort: 1000,
        dstPort: 2000,
        seq: 7,
        ack: 9,
        flags: 17,
        payloadLength: 5,
        tcpHeaderLength: 32,
      });
      expect(segments[0]).toMatchObject({ window: cut < 16 ? 65_535 : 64_240, payloadCaptured: Math.max(0, cut - 32) });
      expect(segments[0].hasTimestamp).toBe(cut >= 32);
    },
  );
});

test.each([
  { flags: "A", window: 65_535 },
  { flags: "SA", window: 65_535 },
  { flags: "R", window: 0 },
  { flags: "RA", window: 0 },
])("a window that was not captured is no closed one, and in a RST none that stacks do not send: $flags", (built) => {
  const capture = new PcapBuilder({ snapLength: 14 + 20 + 15 });
  capture.add(0, frame({ srcPort: 1, dstPort: 2, flags: built.flags }));
  expect(readBack(capture.bytes()).segments[0].window).toBe(built.window);
});

test.each([0, 1, 4])("a data offset of %i words is malformed", (words) => {
  const { bytes } = frame({ srcPort: 1, dstPort: 2 });
  bytes[14 + 20 + 12] = words << 4;
  expect(readBack(new PcapBuilder().add(0, bytes).bytes()).counters).toMatchObject({ malformed: 1, tcp: 0 });
});

test("a data offset beyond the packet is malformed", () => {
  const { bytes } = frame({ srcPort: 1, dstPort: 2, payload: "abc" });
  bytes[14 + 20 + 12] = 6 << 4;
  expect(readBack(new PcapBuilder().add(0, bytes).bytes()).counters).toMatchObject({ malformed: 1, tcp: 0 });
});

test("a packet too short for a TCP header is malformed, not truncated", () => {
  const short = packet(new Uint8Array(12))
    .ipv4({ ...addresses, protocol: 6 })
    .ethernet();
  expect(readBack(new PcapBuilder().add(0, short).bytes()).counters).toMatchObject({ malformed: 1, truncated: 0 });
});

test("a wrong checksum is dropped only on demand", () => {
  const { bytes } = frame({ srcPort: 1, dstPort: 2, flags: "R" });
  bytes[14 + 20 + 4] ^= 1;
  const capture = new PcapBuilder().add(0, bytes).bytes();
  expect(readBack(capture).counters).toMatchObject({ tcp: 1, badChecksum: 0 });
  expect(readBack(capture, { verifyChecksums: true }).counters).toMatchObject({ tcp: 0, badChecksum: 1 });
});

test("flags by letters", () => {
  expect(["F", "S", "R", "P", "A", "U", "E", "C"].map(flagByte)).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
});
