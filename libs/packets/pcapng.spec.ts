import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { packet, PcapBuilder, PcapngBuilder, readBack } from "./builder.ts";

const START = 1_700_000_000_123_456;
const v4 = (seq: number) => packet().tcp({ srcPort: 1, dstPort: 2, seq }).ipv4({ src: "10.0.0.1", dst: "10.0.0.2" });
const segment = (seq: number) => v4(seq).ethernet();
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

function build(count: number, bigEndian = false): Uint8Array {
  const builder = new PcapngBuilder({ bigEndian }).section().interface();
  for (let seq = 0; seq < count; seq++) builder.packet(0, START + seq, segment(seq));
  return builder.bytes();
}

const seqs = (capture: Uint8Array, chunk = capture.length): number[] =>
  readBack(capture, { chunk }).segments.map((found) => found.seq);

test.each([{ bigEndian: false }, { bigEndian: true }])(
  "packets are read in any chunking, big-endian $bigEndian",
  ({ bigEndian }) => {
    const capture = build(20, bigEndian);
    for (const chunk of [1, 3, 12, 27, 28, 29, 100, 100_000]) expect(seqs(capture, chunk)).toEqual(range(0, 20));
    const { segments, counters } = readBack(capture);
    expect(segments[3]).toMatchObject({ timeUs: START + 3, packetIndex: 4, interfaceId: 0 });
    expect(counters).toMatchObject({ packets: 20, tcp: 20, damages: 0, cutRecords: 0 });
  },
);

test("interfaces have their own link type, and sections their own interfaces and byte order", () => {
  const first = new PcapngBuilder().section().interface().interface({ linkType: 101 });
  const second = new PcapngBuilder({ bigEndian: true }).section().interface({ linkType: 113 });
  const capture = Uint8Array.from([
    ...first.packet(1, START, v4(1)).packet(0, START, segment(2)).bytes(),
    ...second.packet(0, START, v4(3).sll()).bytes(),
  ]);
  const { segments } = readBack(capture);
  expect(segments.map((found) => [found.seq, found.interfaceId])).toEqual([
    [1, 1],
    [2, 0],
    [3, 2],
  ]);
});

const timeOf = (ticks: bigint, fields: object): number =>
  readBack(new PcapngBuilder().section().interface(fields).packet(0, ticks, segment(0)).bytes()).segments[0].timeUs;

describe("times", () => {
  test.each([
    { name: "microseconds when nothing is said", ticks: BigInt(START), fields: {}, timeUs: START },
    { name: "microseconds", ticks: BigInt(START), fields: { resolution: 6 }, timeUs: START },
    { name: "milliseconds", ticks: 1_700_000_000_123n, fields: { resolution: 3 }, timeUs: 1_700_000_000_123_000 },
    { name: "seconds", ticks: 1_700_000_000n, fields: { resolution: 0 }, timeUs: 1_700_000_000_000_000 },
    { name: "nanoseconds", ticks: BigInt(START) * 1000n + 250n, fields: { resolution: 9 }, timeUs: START + 0.25 },
    { name: "a tenth of a nanosecond", ticks: BigInt(START) * 10_000n, fields: { resolution: 10 }, timeUs: START },
    {
      name: "1/1024 of a second",
      ticks: 1_700_000_000n * 1024n + 512n,
      fields: { resolution: 0x8a },
      timeUs: 1_700_000_000_500_000,
    },
    { name: "an offset", ticks: 5_000_000n, fields: { offsetSeconds: 1_700_000_000 }, timeUs: 1_700_000_005_000_000 },
    {
      name: "a negative offset",
      ticks: BigInt(START),
      fields: { offsetSeconds: -3600 },
      timeUs: START - 3_600_000_000,
    },
  ])("in $name", ({ ticks, fields, timeUs }) => {
    expect(timeOf(ticks, fields)).toBe(timeUs);
  });

  test("whole microseconds stay exact in nanoseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 51 }), (timeUs) => {
        expect(timeOf(BigInt(timeUs) * 1000n, { resolution: 9 })).toBe(timeUs);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe("a time that can be none", () => {
  const seconds = { resolution: 0 };
  const late = { offsetSeconds: Number.MAX_SAFE_INTEGER };
  test.each([
    { name: "microseconds of the year 294,247", fields: {}, ticks: 2n ** 63n },
    { name: "all bits set", fields: {}, ticks: 2n ** 64n - 1n },
    { name: "seconds that none can be added to", fields: seconds, ticks: 2n ** 53n },
    { name: "the first that is too late", fields: {}, ticks: 2n ** 53n },
    { name: "before 1970", fields: { offsetSeconds: -1_700_000_001 }, ticks: BigInt(START) },
    { name: "an offset beyond all years", fields: late, ticks: BigInt(START) },
  ])("is ignored: $name", ({ fields, ticks }) => {
    const capture = new PcapngBuilder()
      .section()
      .interface()
      .interface(fields)
      .packet(0, START, segment(1))
      .packet(1, ticks, segment(2))
      .packet(0, START + 5, segment(3));
    const { segments, counters } = readBack(capture.bytes());
    expect(segments.map((found) => found.timeUs)).toEqual([START, START, START + 5]);
    expect(counters).toMatchObject({ packets: 3, tcp: 3, damages: 1, damagedBytes: 8 });
  });

  test("and none before it is 1970's", () => {
    const capture = new PcapngBuilder()
      .section()
      .interface()
      .packet(0, 2n ** 63n, segment(1))
      .bytes();
    expect(Math.floor(readBack(capture).segments[0].timeUs)).toBe(0);
  });
});

test("the older packet blocks are read", () => {
  const capture = new PcapngBuilder()
    .section()
    .interface()
    .interface()
    .oldPacket(1, START, segment(1))
    .simplePacket(segment(2))
    .bytes();
  const { segments } = readBack(capture);
  expect(segments.map((found) => [found.seq, found.interfaceId, found.timeUs])).toEqual([
    [1, 1, START],
    [2, 0, START],
  ]);
});

test("a simple packet ends at the interface's snapshot length", () => {
  const cut = segment(1).bytes.subarray(0, 50);
  const block = Uint8Array.from([54, 0, 0, 0, ...cut]);
  const capture = new PcapngBuilder().section().interface({ snapLength: 50 }).block(3, block).bytes();
  expect(readBack(capture).segments[0]).toMatchObject({ seq: 1, flags: 0, payloadLength: 0 });
});

test("a packet cut by the snapshot length keeps its length", () => {
  const whole = packet()
    .tcp({ srcPort: 1, dstPort: 2, payload: 900 })
    .ipv4({ src: "10.0.0.1", dst: "10.0.0.2" })
    .ethernet();
  const capture = new PcapngBuilder().section().interface().packet(0, START, whole.bytes.subarray(0, 60), 954).bytes();
  expect(readBack(capture).segments[0]).toMatchObject({ payloadLength: 900, payloadCaptured: 6 });
});

test("drops are those of the newest statistics of each interface", () => {
  const builder = new PcapngBuilder()
    .section()
    .interface()
    .interface()
    .statistics(0, 3, 1)
    .statistics(0, 5, 1)
    .statistics(1, 0, 10)
    // one that says nothing of drops
    .block(5, new Uint8Array(12));
  expect(readBack(builder.bytes()).counters).toMatchObject({ captureDrops: 16, packets: 0 });
});

test.each([12, 16, 200, 70_000, 1_000_000])(
  "a block of unknown type and %i bytes is stepped over in any chunking",
  (length) => {
    const capture = new PcapngBuilder()
      .section()
      .interface()
      .packet(0, START, segment(1))
      .block(0x0bad, new Uint8Array(length - 12))
      .packet(0, START, segment(2));
    for (const chunk of [7000, 10_000_000]) expect(seqs(capture.bytes(), chunk)).toEqual([1, 2]);
    expect(readBack(capture.bytes()).counters).toMatchObject({ packets: 2, damages: 0 });
  },
);

describe("a length that leaves out the padding", () => {
  /** Packets of 54 to 57 bytes, both lengths without what pads them. */
  const padded = new PcapngBuilder().section().interface().bytes();
  const parts: Uint8Array[] = [padded];
  for (let seq = 0; seq < 20; seq++) {
    const tcp = packet().tcp({ srcPort: 1, dstPort: 2, seq, payload: seq % 4 });
    const built = tcp.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }).ethernet();
    const block = new PcapngBuilder().packet(0, START + seq, built).bytes();
    const length = 32 + built.bytes.length;
    new DataView(block.buffer).setUint32(4, length, true);
    new DataView(block.buffer).setUint32(block.length - 4, length, true);
    parts.push(block);
  }
  const capture = Buffer.concat(parts);

  test("is read, in any chunking", () => {
    for (const chunk of [1, 50, 86, 87, 88, capture.length]) expect(seqs(capture, chunk)).toEqual(range(0, 20));
    expect(readBack(capture).counters).toMatchObject({ packets: 20, damages: 0, cutRecords: 0 });
  });

  test("is found again behind damage", () => {
    const damaged = Uint8Array.from(capture);
    damaged.fill(0xa5, padded.length, padded.length + 30);
    for (const chunk of [1, 50, 88, capture.length]) expect(seqs(damaged, chunk)).toEqual(range(1, 20));
    expect(readBack(damaged).counters).toMatchObject({ damages: 1, damagedBytes: 88 });
  });

  test("and no padding either", () => {
    const length = 32 + 54;
    const block = new PcapngBuilder().packet(0, START, segment(1)).bytes().slice(0, length);
    for (const at of [4, length - 4]) new DataView(block.buffer).setUint32(at, length, true);
    const bare = Uint8Array.from([...padded, ...block, ...block]);
    for (const chunk of [1, 50, 86, bare.length]) expect(seqs(bare, chunk)).toEqual([1, 1]);
    expect(readBack(bare).counters).toMatchObject({ damages: 0, cutRecords: 0 });
  });
});

test("options are stepped over, those of an interface and those of a packet", () => {
  const { bytes } = segment(3);
  const name = [2, 0, 5, 0, ...new TextEncoder().encode("wlan0"), 0, 0, 0];
  const nanoseconds = [9, 0, 1, 0, 9, 0, 0, 0];
  const filter = [11, 0, 4, 0, 0, 0x74, 0x63, 0x70];
  const comment = [1, 0, 3, 0, 0x68, 0x65, 0x79, 0];
  const flags = [2, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0];
  const ticks = BigInt(START) * 1000n;
  const words = [0, Number(ticks >> 32n), Number(ticks & 0xffffffffn), bytes.length, bytes.length];
  const capture = new PcapngBuilder()
    .section()
    .block(1, Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, ...name, ...filter, ...nanoseconds, 0, 0, 0, 0]))
    .block(
      6,
      Uint8Array.from([
        ...new Uint8Array(Uint32Array.from(words).buffer),
        ...bytes,
        ...new Uint8Array(-bytes.length & 3),
        ...comment,
        ...flags,
      ]),
    )
    .packet(0, ticks, segment(4))
    .bytes();
  for (const chunk of [1, 50, capture.length]) expect(seqs(capture, chunk)).toEqual([3, 4]);
  expect(readBack(capture).segments[0].timeUs).toBe(START);
});

test("a packet of an interface that was never described is malformed", () => {
  const capture = new PcapngBuilder()
    .section()
    .interface()
    .packet(1, START, segment(1))
    .packet(0, START, segment(2))
    .bytes();
  expect(readBack(capture).counters).toMatchObject({ packets: 2, malformed: 1, tcp: 1 });
});

test("an interface of another link type is unsupported beside one that is read", () => {
  const builder = new PcapngBuilder().section().interface({ linkType: 227 }).interface();
  const { counters } = readBack(builder.packet(0, START, segment(1)).packet(1, START, segment(2)).bytes());
  expect(counters).toMatchObject({ packets: 2, unsupported: 1, tcp: 1 });
});

test("link types that nobody decodes are named when there is no other", () => {
  const builder = new PcapngBuilder().section().interface({ linkType: 227 }).packet(0, START, segment(1));
  expect(() => readBack(builder.bytes())).toThrow(
    expect.objectContaining({ reason: "link_type", message: expect.stringContaining("227 (CAN_SOCKETCAN)") as string }),
  );
});

test("a section of neither byte order is no capture", () => {
  const capture = build(3);
  capture.fill(0, 8, 12);
  expect(() => readBack(capture)).toThrow(expect.objectContaining({ reason: "not_a_capture" }));
});

function raw(bigEndian: boolean): Uint8Array {
  const builder = new PcapBuilder({ linkType: 101, bigEndian });
  for (let seq = 20; seq < 5000; seq++) builder.add(START + seq, v4(seq));
  return builder.bytes();
}

describe("a pcap file behind", () => {
  test.each([
    { inner: false, outer: false },
    { inner: false, outer: true },
    { inner: true, outer: false },
    { inner: true, outer: true },
  ])("is read on, big-endian $inner behind $outer", ({ inner, outer }) => {
    const capture = Uint8Array.from([...build(20, outer), ...raw(inner), ...build(20, outer)]);
    for (const chunk of [1, 100, 70_000, capture.length]) {
      expect(seqs(capture, chunk)).toEqual([...range(0, 5000), ...range(0, 20)]);
    }
    expect(readBack(capture).counters).toMatchObject({ packets: 5020, damages: 0, cutRecords: 0 });
  });

  test("is found where the last block is cut", () => {
    const whole = build(20);
    const capture = Uint8Array.from([...whole.subarray(0, whole.length - 30), ...raw(false)]);
    for (const chunk of [1, 100, 70_000, capture.length])
      expect(seqs(capture, chunk)).toEqual([...range(0, 19), ...range(20, 5000)]);
    expect(readBack(capture).counters).toMatchObject({ damages: 1, damagedBytes: 58, cutRecords: 0 });
  });

  test("is no reason to leave where a packet carries it", () => {
    const carried = packet(raw(false).subarray(0, 1000)).tcp({ srcPort: 1, dstPort: 2, seq: 1 });
    const builder = new PcapngBuilder().section().interface().packet(0, START, segment(0));
    builder.packet(0, START, carried.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }).ethernet());
    const capture = builder.packet(0, START, segment(2)).bytes();
    capture[28 + 20 + 88 + 5] ^= 1;
    for (const chunk of [1, 100, capture.length]) expect(seqs(capture, chunk)).toEqual([0, 2]);
  });

  test("of a link type that is not read is counted", () => {
    const capture = Uint8Array.from([
      ...build(2),
      ...new PcapBuilder({ linkType: 227 }).add(START, segment(9)).bytes(),
      ...build(1),
    ]);
    expect(seqs(capture)).toEqual([0, 1, 0]);
    expect(readBack(capture).counters).toMatchObject({ packets: 4, unsupported: 1, damages: 0 });
  });
});

describe("damage", () => {
  test.each([
    { name: "of its length", length: 70_000 + 3_000_000 },
    { name: "of its length, within the file", length: 70_000 + 300 * 88 },
    { name: "of its length, beyond what any block has", length: 0x7fffffff },
  ])("of a large block that nobody reads hides no other: $name", ({ length }) => {
    const builder = new PcapngBuilder().section().interface().packet(0, START, segment(0));
    const at = builder.bytes().length;
    builder.block(0x0bad, new Uint8Array(70_000 - 12));
    for (let seq = 1; seq < 1000; seq++) builder.packet(0, START + seq, segment(seq));
    const capture = builder.bytes();
    new DataView(capture.buffer).setUint32(at + 4, length, true);
    for (const chunk of [1000, capture.length]) expect(seqs(capture, chunk)).toEqual(range(0, 1000));
    expect(readBack(capture).counters).toMatchObject({ damages: 1, damagedBytes: 70_000, cutRecords: 0 });
  });

  test("a large block that nobody reads may be cut", () => {
    const capture = new PcapngBuilder().section().interface().packet(0, START, segment(0));
    const { length } = capture.block(0x0bad, new Uint8Array(200_000)).bytes();
    for (const chunk of [1000, length]) {
      const cut = readBack(capture.bytes().subarray(0, length - 5), { chunk });
      expect(cut.counters).toMatchObject({ packets: 1, cutRecords: 1, damages: 0 });
    }
  });

  test("noise between blocks is passed over", () => {
    const noise = Uint8Array.from({ length: 333 }, (_, index) => (index * 89) & 255);
    const capture = new PcapngBuilder()
      .section()
      .interface()
      .packet(0, START, segment(1))
      .raw(noise)
      .packet(0, START, segment(2))
      .bytes();
    for (const chunk of [1, 50, 10_000]) expect(seqs(capture, chunk)).toEqual([1, 2]);
    expect(readBack(capture).counters).toMatchObject({ damages: 1, damagedBytes: 333 });
  });

  test("a block that ends the capture too early is cut", () => {
    const capture = build(3);
    expect(readBack(capture.subarray(0, capture.length - 5)).counters).toMatchObject({
      packets: 2,
      cutRecords: 1,
      damages: 0,
    });
  });

  test("a length beyond the end hides no blocks", () => {
    const capture = build(10);
    capture[28 + 20 + 4 * 88 + 5] += 4;
    expect(seqs(capture)).toEqual([...range(0, 4), ...range(5, 10)]);
  });

  test("of one bit costs one packet", () => {
    const whole = build(30);
    const block = 88;
    fc.assert(
      fc.property(fc.nat(block * 30 - 1), fc.nat(7), (offset, bit) => {
        const capture = whole.slice();
        capture[28 + 20 + offset] ^= 1 << bit;
        const hit = Math.floor(offset / block);
        const found = new Set(seqs(capture));
        expect(range(0, 30).filter((seq) => seq !== hit && !found.has(seq))).toEqual([]);
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
