import { describe, expect, it } from "vitest";
import { burstAt, type BurstPlan } from "./bursts.ts";

const MINUTE = 60_000;
const plan: BurstPlan = {
  afterMs: 3 * MINUTE,
  everyMs: 16 * MINUTE,
  lengthMs: 200_000,
  share: 0.2,
  servers: 3,
  ports: [443, 8080],
};

describe("burstAt", () => {
  it.each([
    { at: 0, port: null },
    { at: 3 * MINUTE - 1, port: null },
    { at: 3 * MINUTE, port: 443 },
    { at: 3 * MINUTE + 199_999, port: 443 },
    { at: 3 * MINUTE + 200_000, port: null },
    { at: 19 * MINUTE, port: 8080 },
    { at: 35 * MINUTE, port: 443 },
  ])("at $at ms: port $port", ({ at, port }) => {
    expect(burstAt(at, plan)?.port ?? null).toBe(port);
  });

  it("moves on to another server each time", () => {
    expect([3, 19, 35, 51].map((minute) => burstAt(minute * MINUTE, plan)?.server)).toEqual([0, 1, 2, 0]);
  });
});
