import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Holes } from "./holes.ts";

describe("Holes", () => {
  it("counts each missing byte once, in whatever order and overlap it comes, around the wrap too", () => {
    const piece = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 120 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const base = 0xffffff00;
        const holes = new Holes();
        let list = 0;
        const missing = new Set<number>();
        for (const [from, to] of [
          [0, 50],
          [80, 200],
          [300, 420],
        ]) {
          list = holes.open(list, (base + from) | 0, (base + to) | 0);
          for (let i = from; i < to; i++) missing.add(i);
        }
        for (const [from, length] of pieces) {
          let fresh = 0;
          for (let i = from; i < from + length; i++) if (missing.delete(i)) fresh++;
          list = holes.fill(list, (base + from) | 0, (base + from + length) | 0);
          expect(holes.filled).toBe(fresh);
          expect(list === 0).toBe(missing.size === 0);
        }
        holes.release(list);
      }),
      { seed: 4 },
    );
  });

  it("says when a side has more holes than are kept", () => {
    const holes = new Holes();
    let list = 0;
    let overflows = 0;
    for (let i = 0; i < 100; i++) {
      list = holes.open(list, i * 10, i * 10 + 5);
      if (holes.overflow) overflows++;
    }
    expect(overflows).toBe(68);
  });
});
