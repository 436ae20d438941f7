import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { packet, PcapBuilder, PcapngBuilder, type PcapOptions, readBack } from "./builder.ts";

const START = 1_700_000_000_123_456;
const segment = (seq: number, payload = 20) =>
  packet().tcp({ srcPort: 1, dstPort: 2, seq, payload }).ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }).ethernet();

function build(options: PcapOptions, count: number, payload = 20): Uint8Array {
  const builder = new PcapBuilder(options);
  for (let seq = 0; seq < count; seq++) builder.add(START + seq * 1000, segment(seq, payload));
  return builder.bytes();
}

function raw(options: PcapOptions, count = 30): Uint8Array {
  const builder = new PcapBuilder({ linkType: 101, ...options });
  for (let seq = 100; seq < 100 + count; seq++) builder.add(START + seq, packet(segment(seq).bytes.slice(14)));
  return builder.bytes();
}

const seqs = (capture: Uint8Array, chunk?: number): number[] =>
  readBack(capture, chunk === undefined ? {} : { chunk }).segments.map((found) => found.seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
/** Bytes of one record of `build`, and where record n begins. */
const RECORD = 16 + 54 + 20;
const recordAt = (index: number): number => 24 + index * RECORD;

describe.each([
  { name: "microseconds, little-endian", options: {}, timeUs: START },
  { name: "microseconds, big-endian", options: { bigEndian: true }, timeUs: START },
  { name: "nanoseconds, little-endian", options: { nanoseconds: true }, timeUs: START },
  { name: "nanoseconds, big-endian", options: { nanoseconds: true, bigEndian: true }, timeUs: START },
])("$name", ({ options, timeUs }) => {
  test("is read", () => {
    const { segments, counters } = readBack(build(options, 3));
    expect(segments.map((found) => found.timeUs)).toEqual([timeUs, timeUs + 1000, timeUs + 2000]);
    expect(segments.map((found) => found.packetIndex)).toEqual([1, 2, 3]);
    expect(counters).toMatchObject({ packets: 3, bytes: 3 * 74, tcp: 3, damages: 0, cutRecords: 0 });
  });

  test("is read alike in chunks of any size", () => {
    const capture = build(options, 30);
    for (const chunk of [1, 2, 3, 15, 16, 17, 24, 89, 90, 91, 1000]) expect(seqs(capture, chunk)).toEqual(range(0, 30));
  });

  test("is found again behind a length that cannot be", () => {
    const capture = build(options, 20);
    capture.fill(0xff, recordAt(7) + 8, recordAt(7) + 12);
    expect(seqs(capture)).toEqual([...range(0, 7), ...range(8, 20)]);
    expect(readBack(capture).counters).toMatchObject({ damages: 1, damagedBytes: RECORD, packets: 19 });
  });
});

test("nanoseconds beyond whole microseconds are kept to a quarter", () => {
  const [found] = readBack(new PcapBuilder({ nanoseconds: true }).add(START + 0.25, segment(1)).bytes()).segments;
  expect(found.timeUs).toBe(START + 0.25);
});

test("a chunk that ends inside a record waits for the rest", () => {
  const capture = build({}, 2);
  const cut = readBack(capture.subarray(0, capture.length - 1));
  expect(cut.counters).toMatchObject({ packets: 1, cutRecords: 1, damages: 0 });
});

describe.each([
  { name: "Kuznetsov's, named by its magic", magic: [0x34, 0xcd], excess: 8 },
  { name: "Red Hat 6.1's", magic: [0xd4, 0xc3], excess: 8 },
  { name: "Nokia's", magic: [0xd4, 0xc3], excess: 4 },
  { name: "SuSE 6.3's, which says that it is Kuznetsov's", magic: [0x34, 0xcd], excess: 12 },
])("longer record headers: $name", ({ magic, excess }) => {
  const plain = build({}, 9);
  const capture = new Uint8Array(plain.length + 9 * excess);
  capture.set(plain.subarray(0, 24));
  capture.set(magic, 0);
  for (let index = 0; index < 9; index++) {
    const at = 24 + index * (RECORD + excess);
    capture.set(plain.subarray(recordAt(index), recordAt(index) + 16), at);
    capture.set(plain.subarray(recordAt(index) + 16, recordAt(index + 1)), at + 16 + excess);
  }

  test("are stepped over, in any chunking", () => {
    for (const chunk of [1, 16, 24, 101, 130, 10_000]) {
      const { segments, counters } = readBack(capture, { chunk });
      expect(segments.map((found) => [found.seq, found.packetIndex])).toEqual(range(0, 9).map((i) => [i, i + 1]));
      expect(counters).toMatchObject({ packets: 9, tcp: 9, damages: 0, cutRecords: 0, bytes: 9 * 74 });
    }
  });
});

test("before version 2.4 lengths may be swapped", () => {
  const capture = build({ snapLength: 60 }, 3);
  capture[6] = 2;
  for (let index = 0; index < 3; index++) {
    const at = 24 + index * 76;
    capture.copyWithin(at + 8, at + 12, at + 16);
    new DataView(capture.buffer).setUint32(at + 12, 60, true);
  }
  const { segments } = readBack(capture);
  expect(segments.map((found) => [found.seq, found.payloadLength, found.payloadCaptured])).toEqual(
    range(0, 3).map((seq) => [seq, 20, 6]),
  );
});

test("files put behind each other are read on, each by its own header", () => {
  const behind = new PcapBuilder({ linkType: 101 }).add(START, packet(segment(2).bytes.slice(14))).bytes();
  const unknown = new PcapBuilder({ linkType: 227 }).add(START, segment(9)).bytes();
  const capture = Uint8Array.from([
    ...build({}, 2),
    ...behind,
    ...build({ bigEndian: true, nanoseconds: true }, 2),
    ...unknown,
    ...build({}, 1),
  ]);
  for (const chunk of [1, 30, 10_000]) expect(seqs(capture, chunk)).toEqual([0, 1, 2, 0, 1, 0]);
  expect(readBack(capture).counters).toMatchObject({ damages: 0, packets: 7, tcp: 6, unsupported: 1 });
});

test.each([false, true])("a pcapng file behind is read on, big-endian %s", (bigEndian) => {
  const behind = new PcapngBuilder({ bigEndian }).section().interface({ linkType: 101 });
  behind.packet(0, START, packet(segment(2).bytes.slice(14)));
  const capture = Uint8Array.from([...build({}, 2), ...behind.bytes(), ...build({ bigEndian: true }, 1)]);
  for (const chunk of [1, 30, 10_000]) expect(seqs(capture, chunk)).toEqual([0, 1, 2, 0]);
  expect(readBack(capture).counters).toMatchObject({ damages: 0, cutRecords: 0, packets: 4, tcp: 4 });
});

test("a hundred thousand file headers are no burden", () => {
  const header = build({}, 0);
  const capture = new Uint8Array(24 * 100_000 + RECORD);
  for (let at = 0; at < capture.length - RECORD; at += 24) capture.set(header, at);
  capture.set(build({}, 1).subarray(24), capture.length - RECORD);
  expect(seqs(capture)).toEqual([0]);
});

test("records longer than the snapshot length promised are read", () => {
  const capture = build({}, 5);
  new DataView(capture.buffer).setUint32(16, 40, true);
  for (const chunk of [1, 50, 10_000]) expect(seqs(capture, chunk)).toEqual(range(0, 5));
});

test("nanoseconds in a file of microseconds are known by their size", () => {
  const capture = build({}, 1);
  new DataView(capture.buffer).setUint32(24 + 4, 123_456_000, true);
  expect(readBack(capture).segments[0].timeUs).toBe(START);
});

describe("not a capture", () => {
  test.each([
    { name: "nothing", bytes: [], reason: "truncated_header" },
    { name: "three bytes", bytes: [0xd4, 0xc3, 0xb2], reason: "truncated_header" },
    { name: "a magic and no more", bytes: [0xd4, 0xc3, 0xb2, 0xa1], reason: "truncated_header" },
    { name: "text", bytes: [...new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")], reason: "not_a_capture" },
  ])("$name", ({ bytes, reason: expected }) => {
    expect(() => readBack(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ name: "CaptureError", reason: expected }),
    );
  });

  test.each([
    { bytes: [0x25, 0x50, 0x44, 0x46], message: "neither pcap nor pcapng: it begins with the bytes 25 50 44 46" },
    { bytes: [0xfd, 0x37, 0x7a, 0x58], message: "neither pcap nor pcapng but xz: decompress it first" },
    { bytes: [0x42, 0x5a, 0x68, 0x39], message: "neither pcap nor pcapng but bzip2: decompress it first" },
    { bytes: [0x1f, 0x8b, 0x08, 0x00], message: "neither pcap nor pcapng but gzip: decompress it first" },
    { bytes: [0x73, 0x6e, 0x6f, 0x6f], message: "neither pcap nor pcapng but snoop: convert it, by editcap say" },
  ])("says what was found: $message", ({ bytes, message }) => {
    expect(() => readBack(Uint8Array.from(bytes))).toThrow(message);
  });
});

describe("damage in the middle", () => {
  test.each([
    { name: "one flipped bit of the captured length", change: (at: number, bytes: Uint8Array) => (bytes[at + 9] ^= 4) },
    {
      name: "a captured length that swallows its successors",
      change: (at: number, bytes: Uint8Array) => (bytes[at + 8] += RECORD * 2 - 7),
    },
    {
      name: "a captured length that leads to a later record",
      change: (at: number, bytes: Uint8Array) => new DataView(bytes.buffer).setUint32(at + 8, 21 * RECORD - 16, true),
    },
    { name: "a captured length that is too small", change: (at: number, bytes: Uint8Array) => (bytes[at + 8] = 30) },
    {
      name: "a header overwritten with noise",
      change: (at: number, bytes: Uint8Array) => bytes.fill(0xa5, at, at + 16),
    },
    {
      name: "a record overwritten with zeros",
      change: (at: number, bytes: Uint8Array) => bytes.fill(0, at, at + RECORD),
    },
  ])("$name costs that packet alone, in any chunking", ({ change }) => {
    for (const chunk of [1, 64, 100_000]) {
      const capture = build({}, 40);
      change(recordAt(11), capture);
      const found = seqs(capture, chunk);
      expect(found.filter((seq) => seq !== 11)).toEqual([...range(0, 11), ...range(12, 40)]);
    }
  });

  test("lost bytes cost the packets that they belonged to", () => {
    const whole = build({}, 40);
    const capture = Uint8Array.from([...whole.subarray(0, recordAt(11) + 50), ...whole.subarray(recordAt(13) + 33)]);
    expect(seqs(capture)).toEqual(expect.arrayContaining([...range(0, 11), ...range(14, 40)]));
    expect(readBack(capture).counters.damages).toBe(1);
  });

  test("is left behind for good where records read four bytes too late look like records too", () => {
    const wireless = new PcapBuilder({ linkType: 127 });
    for (let seq = 0; seq < 50; seq++) {
      const inner = packet().tcp({ srcPort: 1, dstPort: 2, seq }).ipv4({ src: "10.0.0.1", dst: "10.0.0.2" });
      wireless.add(1.7e15 + seq, inner.wlan().radiotap());
    }
    const capture = wireless.bytes();
    const length = (capture.length - 24) / 50;
    capture[24 + 9 * length + 8] ^= 1;
    expect(seqs(capture)).toEqual([...range(0, 9), ...range(10, 50)]);
  });

  test("in a time costs no other packet", () => {
    const capture = build({}, 40);
    capture[recordAt(11) + 3] ^= 0x40;
    expect(seqs(capture)).toEqual(range(0, 40));
  });

  describe("another file behind one that is cut", () => {
    const whole = build({}, 40);

    test.each([
      { name: "of another link type", options: {} },
      { name: "of another byte order", options: { bigEndian: true } },
      { name: "of another resolution", options: { nanoseconds: true } },
      { name: "of another snapshot length", options: { snapLength: 50 } },
    ])("$name is read by its own header", ({ options }) => {
      // In a record header, in a packet, and right behind a record header.
      for (const cut of [recordAt(39) + 7, recordAt(40) - 20, recordAt(39) + 16, recordAt(40) - 70]) {
        for (const count of [0, 1, 30]) {
          const capture = Uint8Array.from([...whole.subarray(0, cut), ...raw(options, count), ...build({}, 5)]);
          for (const chunk of [1, 64, 100_000]) {
            const found = seqs(capture, chunk).filter((seq) => seq !== 39);
            expect(found, `${cut} ${count} ${chunk}`).toEqual([
              ...range(0, 39),
              ...range(100, 100 + count),
              ...range(0, 5),
            ]);
          }
          expect(readBack(capture).counters).toMatchObject({ damages: 1, cutRecords: 0 });
        }
      }
    });

    test("at the end may hold a single packet or none", () => {
      for (const count of [0, 1, 2]) {
        const capture = Uint8Array.from([...whole.subarray(0, recordAt(40) - 20), ...raw({ bigEndian: true }, count)]);
        for (const chunk of [1, 64, 100_000]) {
          const found = seqs(capture, chunk).filter((seq) => seq !== 39);
          expect(found, `${count} ${chunk}`).toEqual([...range(0, 39), ...range(100, 100 + count)]);
        }
      }
    });

    test("has times of its own", () => {
      const late = new PcapBuilder().add(START + 1e14, segment(7)).bytes();
      const capture = Uint8Array.from([...build({}, 2), ...late, ...build({}, 2)]);
      for (const chunk of [1, 64, 100_000]) expect(seqs(capture, chunk)).toEqual([0, 1, 7, 0, 1]);
      expect(readBack(capture).counters).toMatchObject({ damages: 0 });
    });
  });

  test("a record longer than promised, right in front of another file, is read", () => {
    const short = build({}, 2);
    new DataView(short.buffer).setUint32(16, 40, true);
    const capture = Uint8Array.from([...short, ...build({}, 2)]);
    for (const chunk of [1, 64, capture.length]) expect(seqs(capture, chunk)).toEqual([0, 1, 0, 1]);
    expect(readBack(capture).counters).toMatchObject({ packets: 4, damages: 0 });
  });

  test("a pcap header in the payload of a damaged packet is no file where no record follows it", () => {
    const builder = new PcapBuilder();
    for (let seq = 0; seq < 20; seq++) {
      const payload = Uint8Array.from([
        ...new PcapBuilder({ linkType: 101 }).bytes(),
        ...Array.from({ length: 80 }, () => 7),
      ]);
      const tcp = packet().tcp({ srcPort: 1, dstPort: 2, seq, payload });
      builder.add(START + seq, tcp.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }).ethernet());
    }
    const capture = builder.bytes();
    const length = (capture.length - 24) / 20;
    capture.fill(0xff, 24 + 7 * length + 8, 24 + 7 * length + 12);
    expect(seqs(capture)).toEqual([...range(0, 7), ...range(8, 20)]);
  });

  test("a rest that holds no record is counted", () => {
    const capture = Uint8Array.from([...build({}, 3), ...Array.from({ length: 5000 }, () => 0xee)]);
    expect(readBack(capture).counters).toMatchObject({ packets: 3, damages: 1, damagedBytes: 5000 });
  });

  test("of one bit costs one packet", () => {
    const whole = build({}, 40, 0);
    const length = 16 + 54;
    fc.assert(
      fc.property(fc.nat(length * 38 - 1), fc.nat(7), (offset, bit) => {
        const capture = whole.slice();
        capture[24 + offset] ^= 1 << bit;
        const hit = Math.floor(offset / length);
        const found = new Set(seqs(capture));
        const missing = range(0, 40).filter((seq) => !found.has(seq));
        expect(missing.every((seq) => seq === hit)).toBe(true);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
