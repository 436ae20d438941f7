import * as fc from "fast-check";
import { expect, it } from "vitest";
import { FEW, FewProbes } from "./few-probes.ts";

type Probe = readonly [target: number, port: number, timeUs: number, opener: boolean];

const sources = fc.integer({ min: -40, max: 40 }).map((n) => Math.imul(n, 0x1000001));
const probes = fc.tuple(
  fc.integer(),
  fc.integer({ min: 0, max: 65_535 }),
  fc.integer({ min: 0, max: 2 ** 52 }),
  fc.boolean(),
);

function probesOf(few: FewProbes): Probe[] {
  const found: Probe[] = [];
  few.forEach((...probe) => found.push(probe));
  return found;
}

it("keeps the first probes of each source, and no more", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(sources, probes), { minLength: 300, maxLength: 900 }), (all) => {
      const few = new FewProbes(1 << 10);
      const known = new Map<number, Probe[]>();
      for (const [source, probe] of all) {
        const before = known.get(source) ?? [];
        const after = [...before, probe].slice(0, FEW);
        known.set(source, after);
        expect(few.add(source, ...probe)).toBe(before.length < FEW);
        expect(probesOf(few)).toEqual(after);
      }
    }),
    { numRuns: 20, seed: 6 },
  );
});

it("forgets sources that were not met for a whole generation, and none that was", () => {
  const limit = 1 << 6;
  const few = new FewProbes(limit);
  few.add(1, 100, 80, 5, true);
  few.add(2, 100, 80, 5, true);
  for (let source = 1000; source < 1000 + 3 * limit; source++) {
    few.add(source, 100, 80, 6, true);
    if (source % limit === 0) few.add(1, 100, source % 7, 7, false);
  }
  few.add(1, 100, 443, 8, true);
  expect(probesOf(few)[0]).toEqual([100, 80, 5, true]);
  few.add(2, 100, 443, 8, true);
  expect(probesOf(few)).toEqual([[100, 443, 8, true]]);
});
