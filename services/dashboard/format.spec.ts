import { describe, expect, it } from "vitest";
import { count, percent, span } from "./format.ts";

const plain = (text: string): string => text.replaceAll("\u202f", " ");

describe("percent", () => {
  const cases = [
    { fraction: null, expected: "–" },
    { fraction: 0, expected: "0.0 %" },
    { fraction: 0.000_1, expected: "<0.1 %" },
    { fraction: 0.000_5, expected: "0.1 %" },
    { fraction: 0.124, expected: "12.4 %" },
    { fraction: 1, expected: "100.0 %" },
  ];
  it.each(cases)("$fraction: $expected", ({ fraction, expected }) => expect(plain(percent(fraction))).toBe(expected));
});

describe("span", () => {
  const cases = [
    { ms: -2_000, expected: "0 s" },
    { ms: 59_400, expected: "59 s" },
    { ms: 60_000, expected: "1 min" },
    { ms: 3_600_000, expected: "1 h" },
    { ms: 7_800_000, expected: "2 h 10 min" },
    { ms: 100 * 3_600_000, expected: "4 d 4 h" },
  ];
  it.each(cases)("$ms ms: $expected", ({ ms, expected }) => expect(plain(span(ms))).toBe(expected));
});

it("counts have their thousands apart", () => {
  expect(count(18_204)).toBe("18,204");
});
