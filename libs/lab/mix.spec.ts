import { describe, expect, it } from "vitest";
import { CLOSED_PORT, mix, randomFrom, USUAL_WEIGHTS, type MixOptions } from "./mix.ts";
import { ipv4Only, SCENARIO_NAMES } from "./scenarios.ts";

const options: MixOptions = { servers: 3, ports: [443, 8080], families: [4, 6] };

function first(seed: number, count: number, weights?: MixOptions["weights"]) {
  const plans = mix(seed, { ...options, weights });
  return Array.from({ length: count }, () => plans.next().value);
}

describe("mix", () => {
  it("is the same for the same seed, another for another", () => {
    expect(first(7, 200)).toEqual(first(7, 200));
    expect(first(7, 200)).not.toEqual(first(8, 200));
  });

  it("makes every ending, about as often as its weight says", () => {
    const plans = first(1, 20_000);
    const total = Object.values(USUAL_WEIGHTS).reduce((sum, weight) => sum + weight, 0);
    const odd = SCENARIO_NAMES.filter((name) => {
      const share = plans.filter(({ scenario }) => scenario === name).length / plans.length;
      return Math.abs(share - USUAL_WEIGHTS[name] / total) > 0.01;
    });
    expect(odd).toEqual([]);
  });

  it("keeps to the weights it is given", () => {
    expect(new Set(first(3, 100, { refused: 1 }).map(({ scenario }) => scenario))).toEqual(new Set(["refused"]));
  });

  it("uses every server, port, client and family, and the closed port for refusals alone", () => {
    const plans = first(2, 2_000);
    expect(new Set(plans.map(({ server }) => server))).toEqual(new Set([0, 1, 2]));
    expect(new Set(plans.map(({ family }) => family))).toEqual(new Set([4, 6]));
    expect(new Set(plans.map(({ client }) => client))).toEqual(new Set([0, 1, 2, 3]));
    for (const { scenario, port, family } of plans) {
      expect(port === CLOSED_PORT).toBe(scenario === "refused");
      expect(family === 4 || !ipv4Only(scenario)).toBe(true);
    }
    expect(new Set(plans.map(({ port }) => port))).toEqual(new Set([443, 8080, CLOSED_PORT]));
  });
});

describe("randomFrom", () => {
  it("gives numbers from 0 up to 1, spread evenly", () => {
    const random = randomFrom(42);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 100_000; i++) tenths[Math.floor(random() * 10)]++;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
