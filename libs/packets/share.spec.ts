import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { segmentCapture } from "./builder.ts";
import type { DecodeCounters } from "./counters.ts";
import { CaptureDecoder } from "./decoder.ts";
import { Segment } from "./segment.ts";
import { shareOfSegment } from "./share.ts";

const corpus = join(import.meta.dirname, "../../test/corpus");
const captures = readdirSync(corpus, { recursive: true, encoding: "utf8" })
  .filter((name) => /capture\.pcap(ng)?$/.test(name))
  .map((name) => ({ name, bytes: readFileSync(join(corpus, name)) }));

const word = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const port = fc.nat(65_535);

function segmentOf(fields: Partial<Segment>): Segment {
  return Object.assign(new Segment(), fields);
}

interface Decoded {
  readonly handedOut: readonly string[];
  readonly passedOver: readonly string[];
  readonly counters: readonly DecodeCounters[];
}

/** What decoders of all shares hand out, each segment as JSON, and what the first of them passes over. */
function decodeShares(bytes: Uint8Array, of: number): Decoded {
  const handedOut: string[] = [];
  const passedOver: string[] = [];
  const take = (s: Segment): number =>
    handedOut.push(JSON.stringify(Object.assign({}, s, { buffer: null, payloadOffset: 0 })));
  const counters = Array.from({ length: of }, (_, index) => {
    const passOver = (s: Segment): void => {
      if (index === 0) passedOver.push(`${s.timeUs} ${s.flags} ${s.icmp}`);
    };
    const decoder = new CaptureDecoder(take, {}, of === 1 ? null : { index, of, passOver });
    decoder.push(bytes);
    decoder.end();
    return decoder.counters;
  });
  return { handedOut: handedOut.toSorted(), passedOver, counters };
}

describe("the share of a connection", () => {
  it("is one for both directions, in any VLAN", () => {
    fc.assert(
      fc.property(
        word,
        word,
        word,
        word,
        port,
        port,
        fc.integer({ min: 1, max: 64 }),
        (a, b, c, d, here, there, of) => {
          const one = segmentOf({ src0: a, src3: b, dst0: c, dst3: d, srcPort: here, dstPort: there });
          const other = segmentOf({ src0: c, src3: d, dst0: a, dst3: b, srcPort: there, dstPort: here, context: 7 });
          const share = shareOfSegment(one, of);
          expect(share).toBe(shareOfSegment(other, of));
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThan(of);
        },
      ),
      { seed: 21, numRuns: 500 },
    );
  });

  it.each([
    { name: "one client's ports, in order", at: (i: number) => ({ srcPort: 32_768 + i, dstPort: 443, dst3: 9 }) },
    { name: "every second port", at: (i: number) => ({ srcPort: 2 * i, dstPort: 80, dst3: 9 }) },
    { name: "hosts of a network", at: (i: number) => ({ src3: 0x0a000000 + i, srcPort: 40_000, dstPort: 443 }) },
    { name: "networks", at: (i: number) => ({ src3: (10 << 24) | (i << 8) | 1, srcPort: 40_000, dstPort: 443 }) },
    { name: "ports of one host", at: (i: number) => ({ src3: 0x0a000001, srcPort: 55_555, dstPort: i }) },
    { name: "IPv6 networks", at: (i: number) => ({ family: 6, src1: i, src3: 1, srcPort: 40_000, dstPort: 443 }) },
  ])("is balanced: $name", ({ at }) => {
    for (const shares of [2, 3, 8]) {
      const counts = Array.from({ length: shares }, () => 0);
      for (let i = 0; i < 8000; i++) counts[shareOfSegment(segmentOf(at(i)), shares)]++;
      for (const count of counts) expect(Math.abs((count * shares) / 8000 - 1)).toBeLessThan(0.15);
    }
  });
});

describe.each([2, 3])("%i decoders", (of) => {
  it.each(captures)("hand out each segment of $name once, and count every packet", ({ bytes }) => {
    const whole = decodeShares(bytes, 1);
    const shared = decodeShares(bytes, of);
    expect(shared.handedOut).toEqual(whole.handedOut);
    for (const counters of shared.counters) expect(counters).toEqual(whole.counters[0]);
  });
});

it("tells time and flags of the segments that are passed over", () => {
  const segments = Array.from({ length: 40 }, (_, i) =>
    segmentOf({
      timeUs: 1e15 + i,
      flags: i,
      src3: 1,
      dst3: 2,
      srcPort: 40_000 + i,
      dstPort: 443,
      buffer: new Uint8Array(0),
    }),
  );
  const others = segments.filter((segment) => shareOfSegment(segment, 2) !== 0);
  const { passedOver } = decodeShares(segmentCapture(segments), 2);
  expect(passedOver).toEqual(others.map(({ timeUs, flags }) => `${timeUs} ${flags} 0`));
});
