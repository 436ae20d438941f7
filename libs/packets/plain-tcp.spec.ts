import * as fc from "fast-check";
import { expect, test } from "vitest";

import { packet, PcapBuilder, readBack } from "./builder.ts";
import { FIN, RST, type Segment, SYN } from "./segment.ts";

const fields = fc.record(
  {
    srcPort: fc.nat(65_535),
    dstPort: fc.nat(65_535),
    seq: fc.nat(0xffffffff),
    ack: fc.nat(0xffffffff),
    flags: fc.nat(255),
    window: fc.nat(65_535),
    mss: fc.nat(65_535),
    windowScale: fc.nat(14),
    sackPermitted: fc.boolean(),
    timestamps: fc.record({ value: fc.nat(0xffffffff), echo: fc.nat(0xffffffff) }),
    fastOpenCookie: fc.constantFrom([], [1, 2]),
    mptcpResetReason: fc.nat(255),
    payload: fc.nat(30),
  },
  { requiredKeys: ["srcPort", "dstPort"] },
);
const ip = fc.record({
  ttl: fc.nat(255),
  id: fc.nat(65_535),
  tos: fc.nat(255),
  dontFragment: fc.boolean(),
  padded: fc.boolean(),
  cut: fc.nat(140),
});
const change = fc.option(fc.record({ at: fc.integer({ min: 14, max: 60 }), value: fc.nat(255) }));

const essence = ({ packetIndex, srcPort, seq, ack, flags, mss, buffer }: Segment): unknown[] => [
  packetIndex,
  srcPort,
  seq,
  ack,
  flags,
  mss,
  buffer,
];

test("the short way and the way through the layers say the same, whatever the packet", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fields, ip, change), { minLength: 1, maxLength: 4 }), (all) => {
      const plain = new PcapBuilder();
      const tagged = new PcapBuilder();
      for (const [segment, { padded, cut, ...header }, changed] of all) {
        const inner = packet()
          .tcp(segment)
          .ipv4({ src: "10.0.0.1", dst: "172.16.200.9", ...header });
        if (changed !== null && changed.at - 14 < inner.bytes.length) inner.bytes[changed.at - 14] = changed.value;
        const frame = padded ? inner.ethernet().padded().bytes : inner.ethernet().bytes;
        // A tag that names no VLAN: the same packet, but not plain any more.
        const withTag = Uint8Array.from([...frame.subarray(0, 12), 0x81, 0, 0, 0, ...frame.subarray(12)]);
        plain.add(1e15, frame.subarray(0, 14 + cut), frame.length);
        tagged.add(1e15, withTag.subarray(0, 18 + cut), withTag.length);
      }
      const [left, right] = [readBack(plain.bytes()), readBack(tagged.bytes())];
      expect(left.segments).toEqual(right.segments);
      left.counters.bytes = right.counters.bytes;
      expect(left.counters).toEqual(right.counters);
      for (const capture of [plain, tagged]) {
        const { segments, counters } = readBack(capture.bytes(), { flagsOnly: true });
        const closing = right.segments.filter(({ flags }) => (flags & (SYN | FIN | RST)) !== 0);
        expect(segments.map(essence)).toEqual(closing.map(essence));
        expect(counters).toMatchObject({ packets: all.length, tcp: right.counters.tcp });
      }
    }),
    { seed: 10, numRuns: 2000 },
  );
});
