import { Segment } from "@hangup/packets";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConnectionTable } from "./table.ts";

interface Tuple {
  readonly a: number;
  readonly b: number;
  readonly port: number;
  readonly context: number;
  readonly six: boolean;
}

const tuple = fc.record({
  a: fc.integer({ min: 1, max: 6 }),
  b: fc.integer({ min: 7, max: 12 }),
  port: fc.integer({ min: 1, max: 40 }),
  context: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 60 })),
  six: fc.boolean(),
});

function segmentOf({ a, b, port, context, six }: Tuple, reverse: boolean): Segment {
  const s = new Segment();
  s.family = six ? 6 : 4;
  s.src0 = s.dst0 = six ? 0xfd000000 | 0 : 0;
  s.src2 = s.dst2 = six ? 0 : 0xffff;
  [s.src3, s.dst3] = reverse ? [b, a] : [a, b];
  [s.srcPort, s.dstPort] = reverse ? [443, port] : [port, 443];
  s.context = context;
  return s;
}

const keyOf = (t: Tuple): string => `${t.a} ${t.b} ${t.port} ${t.context} ${t.six}`;

/** Where twenty tuples are put. */
function placesOf(table: ConnectionTable): number[] {
  return Array.from({ length: 20 }, (_, port) => {
    table.find(segmentOf({ a: 1, b: 2, port, context: 0, six: port % 2 === 0 }, false));
    return table.hash;
  });
}

describe("ConnectionTable", () => {
  it("holds a tuple in any number of VLANs", () => {
    const table = new ConnectionTable(2 ** 24, 7);
    const tuples = [true, false].flatMap((six) => [1, 2, 3].map((port) => ({ a: 1, b: 9, port, six })));
    const all = tuples.flatMap((one) => Array.from({ length: 700 }, (_, context) => ({ ...one, context })));
    const slots = all.map((one) => {
      expect(table.find(segmentOf(one, false))).toBe(-1);
      const slot = table.allocate(segmentOf(one, false));
      table.insert(slot);
      return slot;
    });
    slots.forEach((slot, i) => {
      if (i % 3 === 0) table.remove(slot);
    });
    all.forEach((one, i) => expect(table.find(segmentOf(one, i % 2 === 0))).toBe(i % 3 === 0 ? -1 : slots[i]));
  });

  it("finds what is in it, by either direction, whatever is put in and taken out", () => {
    const command = fc.tuple(tuple, fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
        const table = new ConnectionTable(2 ** 22, 7);
        const model = new Map<string, number>();
        for (const [key, reverse, drop] of commands) {
          const segment = segmentOf(key, reverse);
          const slot = table.find(segment);
          expect(slot).toBe(model.get(keyOf(key)) ?? -1);
          expect(table.side).toBe(reverse ? 1 : 0);
          if (slot < 0) {
            const made = table.allocate(segment);
            table.insert(made);
            model.set(keyOf(key), made);
          } else if (drop) {
            table.remove(slot);
            table.release(slot);
            model.delete(keyOf(key));
          }
          expect(table.live).toBe(model.size);
        }
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it("holds many, and gives each a record of its own", () => {
    const table = new ConnectionTable(2 ** 26, 3);
    const slots = new Set<number>();
    for (let i = 0; i < 50_000; i++) {
      const segment = segmentOf({ a: i >> 8, b: 1 << 20, port: i & 255, context: 0, six: false }, false);
      expect(table.find(segment)).toBe(-1);
      const slot = table.allocate(segment);
      table.insert(slot);
      slots.add(slot);
    }
    expect(slots.size).toBe(50_000);
    for (let i = 0; i < 50_000; i += 997)
      expect(
        slots.has(table.find(segmentOf({ a: i >> 8, b: 1 << 20, port: i & 255, context: 0, six: false }, true))),
      ).toBe(true);
  });

  it("keeps equal tuples of two VLANs apart, and tells of the other", () => {
    const table = new ConnectionTable(2 ** 22, 7);
    const one = segmentOf({ a: 1, b: 2, port: 3, context: 0, six: false }, false);
    expect(table.find(one)).toBe(-1);
    expect(table.elsewhere).toBe(-1);
    const slot = table.allocate(one);
    table.insert(slot);
    expect(table.find(segmentOf({ a: 1, b: 2, port: 3, context: 9, six: false }, false))).toBe(-1);
    expect(table.elsewhere).toBe(slot);
  });

  it("puts tuples into places that nobody outside can know", () => {
    expect(placesOf(new ConnectionTable(2 ** 20, 7))).toEqual(placesOf(new ConnectionTable(2 ** 20, 7)));
    const own = [placesOf(new ConnectionTable(2 ** 20)), placesOf(new ConnectionTable(2 ** 20))];
    expect(own[0].filter((hash, i) => hash === own[1][i]).length).toBeLessThan(3);
  });

  it("has no more room than its memory cap allows", () => {
    const table = new ConnectionTable(1, 7);
    for (let i = 0; table.hasRoom; i++) {
      const segment = segmentOf({ a: 1, b: 2, port: i, context: 0, six: false }, false);
      table.find(segment);
      table.insert(table.allocate(segment));
    }
    expect(table.live).toBe(table.maxSlots);
  });
});
