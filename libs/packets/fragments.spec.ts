import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { packet, type PacketBuilder, PcapBuilder, readBack } from "./builder.ts";

const src = "10.0.0.1";
const dst = "10.0.0.2";
const fields = { srcPort: 1000, dstPort: 80, seq: 7, flags: "FPA", window: 9, mss: 1460 };

interface Piece {
  readonly offset: number;
  readonly built: PacketBuilder;
}

/** The TCP segment of `payload` bytes in pieces of `size`, as IPv4. */
function pieces(payload: number, size: number, id = 77): Piece[] {
  const { bytes } = packet().tcp({ ...fields, payload: Uint8Array.from({ length: payload }, (_, index) => index) });
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => {
    const offset = index * size;
    const more = offset + size < bytes.length;
    const part = packet(bytes.slice(offset, offset + size));
    return { offset, built: part.ipv4({ src, dst, id, protocol: 6, fragment: { offset, more }, ttl: 50 }).ethernet() };
  });
}

function capture(all: readonly Piece[], gapUs = 1): Uint8Array {
  const builder = new PcapBuilder();
  for (const [index, piece] of all.entries()) builder.add(1e15 + index * gapUs, piece.built);
  return builder.bytes();
}

const other: Piece = { offset: 0, built: packet().tcp({ srcPort: 5, dstPort: 6 }).ipv4({ src, dst }).ethernet() };

test("pieces in any order, some twice, are one segment", () => {
  const all = pieces(1000, 200);
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...all, ...all], { minLength: 0 }),
      fc.shuffledSubarray(all, { minLength: all.length }),
      (some, rest) => {
        const { segments, counters } = readBack(capture([...some, ...rest]));
        // Copies behind the last piece may make a second packet.
        expect(segments.length).toBeGreaterThanOrEqual(1);
        expect(segments[0]).toMatchObject({
          srcPort: 1000,
          dstPort: 80,
          seq: 7,
          flags: 25,
          window: 9,
          mss: 1460,
          payloadLength: 1000,
        });
        expect(segments[0]).toMatchObject({ ttl: 50, ipId: 77, ipLength: 20 + 24 + 1000, payloadCaptured: 512 - 24 });
        expect([...segments[0].buffer.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4]);
        expect(counters.tcp + counters.fragments).toBe(counters.packets);
      },
    ),
    { seed: 3, numRuns: 200 },
  );
});

test("the segment stands where its last piece came", () => {
  const { segments, counters } = readBack(capture([...pieces(1000, 600), other], 10));
  expect(segments[0]).toMatchObject({ packetIndex: 2, timeUs: 1e15 + 10 });
  expect(counters).toMatchObject({ packets: 3, tcp: 2, fragments: 1 });
});

test("a TCP header spread over pieces of eight bytes is read", () => {
  expect(readBack(capture(pieces(40, 8))).segments[0]).toMatchObject({ seq: 7, flags: 25, payloadLength: 40 });
});

test("pieces of different packets do not mix", () => {
  const [first, second] = [pieces(300, 200, 1), pieces(500, 200, 2)];
  const { segments } = readBack(capture([first[0], second[0], second[1], first[1], second[2]]));
  expect(segments.map((segment) => [segment.ipId, segment.payloadLength])).toEqual([
    [1, 300],
    [2, 500],
  ]);
});

test("a later piece cannot rewrite what came first", () => {
  const [first, last] = pieces(100, 64);
  const forged = {
    offset: 0,
    built: packet(new Uint8Array(64))
      .ipv4({ src, dst, id: 77, protocol: 6, fragment: { offset: 0, more: true } })
      .ethernet(),
  };
  expect(readBack(capture([first, forged, last])).segments[0]).toMatchObject({ srcPort: 1000, seq: 7 });
});

test("IPv6 fragments are put together", () => {
  const { bytes } = packet().tcp({ ...fields, payload: 100 });
  const piece = (offset: number, end: number) =>
    packet(bytes.slice(offset, end))
      .ipv6({
        src: "::1",
        dst: "::2",
        nextHeader: 6,
        extensions: [{ header: 44, body: [0, offset | (end < bytes.length ? 1 : 0), 0, 0, 0, 9] }],
      })
      .ethernet();
  const { segments } = readBack(new PcapBuilder().add(0, piece(64, 124)).add(1, piece(0, 64)).bytes());
  expect(segments).toHaveLength(1);
  expect(segments[0]).toMatchObject({ family: 6, ipId: 9, flags: 25, payloadLength: 100, ipLength: 48 + 124 });
});

describe("pieces that do not come", () => {
  const [first, middle, last] = pieces(1000, 400);

  test("a first piece is handed out a second later", () => {
    const { segments, counters } = readBack(capture([first, other, other], 700_000));
    expect(segments.map((segment) => segment.srcPort)).toEqual([5, 1000, 5]);
    expect(segments[1]).toMatchObject({
      flags: 25,
      payloadLength: 400 - 24,
      timeUs: 1e15 + 1_400_000,
      interfaceId: 0,
      icmp: 0,
    });
    expect(counters).toMatchObject({ packets: 3, tcp: 3, fragments: 0 });
  });

  test("or at the end", () => {
    const { segments, counters } = readBack(capture([last, first]));
    expect(segments[0]).toMatchObject({ flags: 25, payloadLength: 400 - 24 });
    expect(counters).toMatchObject({ packets: 2, tcp: 1, fragments: 1 });
  });

  test("without the first nothing is known", () => {
    expect(readBack(capture([middle, last])).counters).toMatchObject({ packets: 2, tcp: 0, fragments: 2 });
  });

  test("ten thousand of them are forgotten in order, each counted once", () => {
    const all = Array.from({ length: 10_000 }, (_, id) => pieces(1000, 400, id)[0]);
    const { segments, counters } = readBack(capture(all, 0));
    expect(segments.map((segment) => segment.ipId)).toEqual(all.map((_, id) => id));
    expect(counters).toMatchObject({ packets: 10_000, tcp: 10_000, fragments: 0 });
  });
});

test.each([
  { name: "a length that is no multiple of eight", size: 61, fragment: { offset: 0, more: true } },
  { name: "no bytes", size: 0, fragment: { offset: 8, more: false } },
  { name: "an end beyond 65,535", size: 64, fragment: { offset: 65_528, more: false } },
])("a piece of $name is malformed", ({ size, fragment }) => {
  const built = packet(new Uint8Array(size)).ipv4({ src, dst, protocol: 6, fragment }).ethernet();
  expect(readBack(new PcapBuilder().add(0, built).bytes()).counters).toMatchObject({ malformed: 1, fragments: 0 });
});

test("the first piece of a tunnel's packet shows the segment inside, with its true length", () => {
  const inner = packet()
    .tcp({ ...fields, payload: 1400 })
    .ipv4({ src, dst })
    .ethernet()
    .vxlan(5);
  const outer = (offset: number, end: number, more: boolean) =>
    packet(inner.bytes.slice(offset, end))
      .ipv4({ src, dst, protocol: 17, id: 1, fragment: { offset, more } })
      .ethernet();
  const { segments, counters } = readBack(
    new PcapBuilder()
      .add(0, outer(0, 1400, true))
      .add(1, outer(1400, 9999, false))
      .bytes(),
  );
  expect(segments).toHaveLength(1);
  expect(segments[0]).toMatchObject({ seq: 7, payloadLength: 1400 });
  expect(counters).toMatchObject({ tcp: 1, notTcp: 1 });
});

test.each([
  { name: "destination options", next: 60, head: [6, 0, 1, 4, 0, 0, 0, 0] },
  { name: "authentication", next: 51, head: [6, 2, 0, 0, ...Array.from({ length: 12 }, () => 7)] },
])("pieces that begin with $name before TCP are put together", ({ next, head }) => {
  const tcp = packet().tcp({ ...fields, payload: new Uint8Array(300) }).bytes;
  const bytes = Uint8Array.from([...head, ...tcp]);
  const piece = (from: number, to: number): Uint8Array => {
    const body = [from >> 8, (from & 0xf8) | (to < bytes.length ? 1 : 0), 0, 0, 0, 9];
    const ip = { src: "::1", dst: "::2", nextHeader: next, extensions: [{ header: 44, body }] };
    return packet(bytes.slice(from, to)).ipv6(ip).ethernet().bytes;
  };
  const both = new PcapBuilder().add(0, packet(piece(0, 200))).add(1, packet(piece(200, bytes.length)));
  const { segments, counters } = readBack(both.bytes());
  expect(segments).toMatchObject([{ seq: 7, flags: 25, payloadLength: 300 }]);
  expect(counters).toMatchObject({ tcp: 1, fragments: 1, notTcp: 0 });
});

test("a first piece with too many holes behind it is handed out as it is", () => {
  const all = pieces(4000, 40);
  const { segments, counters } = readBack(capture(all.filter((_, index) => index % 2 === 0)));
  expect(segments).toMatchObject([{ seq: 7, flags: 25 }]);
  expect(counters.tcp + counters.fragments).toBe(counters.packets);
});
