import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ahead, later, unsigned } from "./sequence.ts";

const number = fc.integer({ min: 0, max: 0xffffffff });
const step = fc.integer({ min: 1, max: 0x7fffffff });

describe("serial arithmetic", () => {
  it("is the distance around the circle, in whichever form the numbers come", () => {
    fc.assert(
      fc.property(number, step, (a, d) => {
        expect(ahead((a + d) >>> 0, a)).toBe(d);
        expect(ahead(a, (a + d) >>> 0)).toBe(-d);
        expect(ahead((a + d) | 0, a | 0)).toBe(d);
        expect(later(a, (a + d) | 0)).toBe((a + d) | 0);
      }),
      { seed: 1 },
    );
  });

  it("orders numbers on both sides of the wrap", () => {
    expect(ahead(5, 0xfffffff0)).toBe(21);
    expect(later(0xfffffff0, 5)).toBe(5);
    expect(unsigned(-1)).toBe(0xffffffff);
  });
});
