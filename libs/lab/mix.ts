import { ipv4Only, type ScenarioName } from "./scenarios.ts";
import type { Plan } from "./lab.ts";
import type { Family } from "./topology.ts";

/** A stream of numbers in [0, 1) that depends on its seed alone (mulberry32). */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface MixOptions {
  readonly servers: number;
  readonly ports: readonly number[];
  readonly families: readonly Family[];
  /** How often each ending happens, relative to the others. */
  readonly weights?: Readonly<Partial<Record<ScenarioName, number>>>;
}

/** An office day: most connections end well, some do not. */
export const USUAL_WEIGHTS: Readonly<Record<ScenarioName, number>> = {
  client_first: 44,
  server_first: 30,
  no_data: 3,
  simultaneous: 0.5,
  half_close: 4,
  refused: 5,
  silence: 1,
  cancelled: 0.5,
  client_abort: 3,
  server_abort: 1.5,
  unread_close: 1.5,
  turned_away: 1,
  abort_after_answer: 3,
  data_after_close: 1.5,
  forgotten: 0.5,
};

/** A port where nobody in the lab listens. */
export const CLOSED_PORT = 8443;

/**
 * Connections without end, the same for the same seed: which host, port, address family, ending and size. Some servers and
 * ports are used more than others.
 */
export function* mix(seed: number, options: MixOptions): Generator<Plan, never> {
  const random = randomFrom(seed);
  const weights = Object.entries(options.weights ?? USUAL_WEIGHTS) as [ScenarioName, number][];
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (;;) {
    const scenario = pick(weights, random() * total);
    yield {
      scenario,
      server: skewed(random(), options.servers),
      port: scenario === "refused" ? CLOSED_PORT : options.ports[skewed(random(), options.ports.length)],
      family: ipv4Only(scenario) ? 4 : options.families[random() < 0.7 ? 0 : options.families.length - 1],
      client: Math.floor(random() * 4),
      requestBytes: 80 + Math.floor(random() * 800),
      answerBytes: 100 + Math.floor(random() ** 3 * 60_000),
    };
  }
}

function pick(weights: readonly (readonly [ScenarioName, number])[], at: number): ScenarioName {
  let left = at;
  for (const [name, weight] of weights) {
    left -= weight;
    if (left < 0) return name;
  }
  return weights[0][0];
}

/** 0 … n−1, the lower ones more often. */
function skewed(random: number, n: number): number {
  return Math.floor(random ** 1.5 * n);
}
