import { Segment } from "@hangup/packets";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConnectionTable } from "./table.ts";
import { HORIZON_US, TimerWheel } from "./timer-wheel.ts";

function tableOf(count: number): ConnectionTable {
  const table = new ConnectionTable(2 ** 24, 1);
  for (let i = 0; i < count; i++) {
    const segment = new Segment();
    segment.srcPort = i;
    table.find(segment);
    table.insert(table.allocate(segment));
  }
  return table;
}

function drain(wheel: TimerWheel, now: number): number[] {
  const slots: number[] = [];
  for (let slot = wheel.due(now); slot >= 0; slot = wheel.due(now)) slots.push(slot);
  return slots;
}

describe("TimerWheel", () => {
  it("gives each record out once, not before its time and at most a second after", () => {
    const delays = fc.array(fc.integer({ min: 0, max: HORIZON_US }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(delays, fc.integer({ min: 250_000, max: 90_000_000 }), (all, step) => {
        const start = 1_700_000_000_000_000;
        const wheel = new TimerWheel(tableOf(all.length), 0);
        expect(drain(wheel, start)).toEqual([]);
        all.forEach((delay, slot) => wheel.add(slot, start + delay));
        const seen = new Map<number, number>();
        for (let now = start; wheel.count > 0; now += step) for (const slot of drain(wheel, now)) seen.set(slot, now);
        expect(seen.size).toBe(all.length);
        for (const [slot, now] of seen) {
          expect(now).toBeGreaterThan(start + all[slot] - 1);
          expect(now - (start + all[slot])).toBeLessThanOrEqual(step + 2_000_000);
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it("makes everything due after a long gap, and nothing that is put in then", () => {
    const wheel = new TimerWheel(tableOf(3), 0);
    drain(wheel, 1e15);
    for (let slot = 0; slot < 3; slot++) wheel.add(slot, 1e15 + 5e6);
    const later = 1e15 + 86_400e6;
    const first = wheel.due(later);
    wheel.add(first, later + 60e6);
    expect([first, ...drain(wheel, later)].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(wheel.count).toBe(1);
    expect(drain(wheel, later + 62e6)).toEqual([first]);
  });

  it("finds the one that comes up first", () => {
    const wheel = new TimerWheel(tableOf(3), 0);
    drain(wheel, 1e15);
    [30e6, 10e6, 20e6].forEach((delay, slot) => wheel.add(slot, 1e15 + delay));
    expect([wheel.oldest(), wheel.oldest(), wheel.oldest(), wheel.oldest()]).toEqual([1, 2, 0, -1]);
  });
});
