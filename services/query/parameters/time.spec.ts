import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStep, parseTime, stepFor } from "./time.ts";

const NOW = Date.UTC(2026, 0, 31, 12) * 1000;

describe("parseTime", () => {
  const cases: { text: string; us: number }[] = [
    { text: "now", us: NOW },
    { text: "now-6h", us: NOW - 6 * 3_600e6 },
    { text: "now-90s", us: NOW - 90e6 },
    { text: "now+5m", us: NOW + 300e6 },
    { text: "now 5m", us: NOW + 300e6 },
    { text: "now-2d", us: NOW - 2 * 86_400e6 },
    { text: "1700000000", us: 1_700_000_000e6 },
    { text: "1700000000.25", us: 1_700_000_000.25e6 },
    { text: "1700000000123", us: 1_700_000_000_123e3 },
    { text: "2026-01-31T12:00:00Z", us: NOW },
    { text: "2026-01-31T12:00:00.000001Z", us: NOW + 1 },
    { text: "2026-01-31T12:00:00.1234567Z", us: NOW + 123_456 },
    { text: "2026-01-31T14:00:00+02:00", us: NOW },
    { text: "2026-01-31T14:00:00 02:00", us: NOW },
    { text: "2026-01-31 12:00:00", us: NOW },
    { text: "2026-01-31", us: NOW - 12 * 3_600e6 },
  ];
  it.each(cases)("reads $text", ({ text, us }) => expect(parseTime(text, NOW)).toBe(us));

  it("reads back every time that a reply tells", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date("2298-12-31"), noInvalidDate: true }),
        fc.nat(999),
        (date, micros) => {
          const text = `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
          expect(parseTime(text, NOW)).toBe(date.getTime() * 1000 + micros);
        },
      ),
      { seed: 1 },
    );
  });

  const refused = [
    "",
    "yesterday",
    "now-",
    "now-6x",
    "2026-02-30T00:00:00Z",
    "2026-13-01",
    "2026-01-31T25:00:00Z",
    "-5",
    "1e9",
    "now-99999w",
  ];
  it.each(refused)("refuses '%s'", (text) =>
    expect(() => parseTime(text, NOW)).toThrow(/expected|no such day|out of range/),
  );
});

describe("parseStep", () => {
  it.each([
    ["60", 60],
    ["60s", 60],
    ["5m", 300],
    ["1h", 3600],
    ["1d", 86_400],
  ])("reads %s", (text, seconds) => expect(parseStep(text)).toBe(seconds));

  it.each(["0", "", "1.5m", "-1m", "500ms", "9999w", "abc"])("refuses '%s'", (text) =>
    expect(() => parseStep(text)).toThrow("expected"),
  );
});

describe("stepFor", () => {
  it("gives the smallest round step that fits", () => {
    expect(stepFor(3_600e6, 121)).toBe(30);
    expect(stepFor(86_400e6, 300)).toBe(300);
    expect(stepFor(1e6, 2)).toBe(1);
  });

  it("never gives more points than asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 * 86_400 }),
        fc.integer({ min: 2, max: 500 }),
        fc.nat(86_400),
        (seconds, most, offset) => {
          const step = stepFor(seconds * 1e6, most);
          const points = Math.ceil((offset + seconds) / step) - Math.floor(offset / step);
          expect(points).toBeLessThanOrEqual(most);
        },
      ),
      { seed: 1 },
    );
  });
});
