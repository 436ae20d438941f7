import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "./cursor.ts";

const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("cursor", () => {
  it("comes back as it went out", () => {
    fc.assert(
      fc.property(
        fc.record({ endUs: whole, collector: fc.string({ unit: "grapheme" }), epoch: whole, seq: whole }),
        (cursor) => {
          expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
        },
      ),
      { seed: 1 },
    );
  });

  it("is refused when it was not made here", () => {
    for (const text of [
      "",
      "abc",
      "W10",
      Buffer.from('["1","c",2,3]').toString("base64url"),
      Buffer.from('[-1,"c",2,3]').toString("base64url"),
    ]) {
      expect(() => decodeCursor(text)).toThrow("not a cursor");
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text)).toThrow("not a cursor");
      }),
      { seed: 1 },
    );
  });
});
