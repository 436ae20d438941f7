import { describe, expect, it } from "vitest";
import { Scans } from "./scans.ts";

const SECOND = 1e6;

describe("Scans", () => {
  it("covers the probes before the eighth and those that follow, and no more", () => {
    const scans = new Scans();
    for (let port = 1; port <= 12; port++) scans.noteProbe(7, 100, port, port * SECOND, true);
    const covered = Array.from({ length: 12 }, (_, i) => scans.includes(7, 100, i + 1, (i + 1) * SECOND, true));
    expect(covered).toEqual(Array<boolean>(12).fill(true));
    expect(scans.includes(7, 100, 1, 30 * SECOND, true)).toBe(false);
    expect(scans.includes(7, 101, 1, 5 * SECOND, true)).toBe(false);
    expect(scans.includes(8, 100, 1, 5 * SECOND, true)).toBe(false);
  });

  it("keeps what it knows of a source when thousands of others knock", () => {
    const scans = new Scans();
    for (let port = 1; port <= 8; port++) scans.noteProbe(7, 100, port, SECOND, true);
    for (let source = 1000; source < 20_000; source++) scans.noteProbe(source, 100, 1, 2 * SECOND, true);
    expect(scans.includes(7, 100, 3, SECOND, true)).toBe(true);
  });
});
