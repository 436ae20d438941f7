import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomFrom, type Family, type Random } from "@hangup/lab";
import type { Listener } from "./agent.ts";
import { Capture } from "./capture.ts";
import { Network, type HostName, type Path, type Setting } from "./network.ts";
import type { Scenario } from "./scenario.ts";
import { requireTools } from "./tools.ts";
import { Stage, USUAL_SERVERS, type Label, type Theatre } from "./stage.ts";

export interface TakeOptions {
  /** Lower-case letters and digits. */
  readonly name: string;
  /** Decides addresses, ports, TTLs, sizes, order and what the path does to packets. */
  readonly seed: number;
  readonly path: Path;
  readonly scenarios: Readonly<Record<string, Scenario>>;
  /** How often everything is done, in each address family. */
  readonly rounds: number;
  /** Captures and labels are written there. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** Told after every scenario, with its error if it did not go as planned. */
  readonly onDone?: (done: number, of: number, name: string, error: unknown) => void;
}

/** What one run of the lab left behind. */
export interface Take {
  readonly name: string;
  readonly directory: string;
  readonly setting: Setting;
  readonly labels: readonly Label[];
  readonly failures: readonly string[];
}

const CAPTURED: readonly (HostName | "path")[] = ["client", "inner", "path", "server", "server2"];
/** Started this far apart, on average: everything is interleaved, and the machine keeps pace. */
const APART_MS = 45;
const AT_ONCE = 60;
/** How long the silence of an early one must last. */
const SILENCE_MS = 63_000;
/** libpcap hands packets over up to 1 s late. */
const FLUSH_MS = 1_300;

interface Job {
  readonly name: string;
  readonly scenario: Scenario;
  readonly family: Family;
}

/**
 * Makes the network, does everything in it, captures it at every place, and takes the network away.
 * @throws HangupError HANGUP_NO_NAMESPACES, HANGUP_MISSING_TOOL
 */
export async function take(options: TakeOptions): Promise<Take> {
  const { name, seed, directory, signal } = options;
  requireTools();
  mkdirSync(directory, { recursive: true });
  const random = randomFrom(seed);
  const setting: Setting = { path: options.path, ttl: ttls(random) };
  const network = await Network.create(name, setting, random);
  const captures: Capture[] = [];
  try {
    for (const at of CAPTURED) {
      captures.push(await Capture.start(network.capturePoint(at), join(directory, `${at}.pcap`)));
    }
    const theatre = await openTheatre(network, random);
    const failures = await perform(options, theatre, random);
    await sleep(FLUSH_MS);
    for (const capture of captures) await capture.stop();
    const { labels } = theatre;
    writeFileSync(join(directory, "labels.ndjson"), labels.map((label) => `${JSON.stringify(label)}\n`).join(""));
    signal?.throwIfAborted();
    return { name, directory, setting, labels, failures };
  } finally {
    for (const capture of captures) capture.kill();
    await network.destroy();
  }
}

/** Hosts are Unix or Windows, routers either a host's kind of box or an appliance. */
function ttls(random: Random): Setting["ttl"] {
  const pick = (list: readonly number[]): number => list[Math.floor(random() * list.length)];
  return { client: pick([64, 128]), server: pick([64, 128]), router1: 255, router2: pick([255, 64]) };
}

async function openTheatre(network: Network, random: Random): Promise<Theatre> {
  const ports = distinct(random, 4, [22, 25, 80, 443, 993, 1433, 3306, 5432, 6379, 8080, 8443, 9092]);
  const closedPorts = distinct(random, 3, [23, 81, 444, 1521, 5900, 7000, 8888, 9200]);
  const listeners = new Map<string, Listener>();
  for (const family of network.families) {
    for (let nth = 0; nth < USUAL_SERVERS; nth++) {
      for (const port of ports) {
        const address = network.address(family, "server", nth);
        const listener = await network.agent("server").listen({ address, port });
        listener.serve();
        listeners.set(`${address} ${port}`, listener);
      }
    }
  }
  const client = climbing(random, 20_000);
  const server = climbing(random, 10_000);
  return { network, listeners, ports, closedPorts, labels: [], nextPort: client, nextServerPort: server };
}

/** Ports one after the other, each once, from somewhere in the 5,000 from `first` on. */
function climbing(random: Random, first: number): () => number {
  let port = first + Math.floor(random() * 5_000);
  return () => (port += 1 + Math.floor(random() * 4));
}

function distinct(random: Random, count: number, from: readonly number[]): number[] {
  return shuffled(random, from).slice(0, count);
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Does it all, many things at a time. Answers what did not go as planned. */
async function perform(options: TakeOptions, theatre: Theatre, random: Random): Promise<string[]> {
  const jobs = shuffled(random, jobsOf(options)).toSorted(
    (a, b) => Number(b.scenario.early) - Number(a.scenario.early),
  );
  const lanes = new Map<string, Promise<unknown>>();
  const running = new Set<Promise<unknown>>();
  const failures: string[] = [];
  let done = 0;
  let silentFrom = 0;
  for (const { name, scenario, family } of jobs) {
    if (options.signal?.aborted === true) break;
    const stage = new Stage(theatre, name, scenario, family, randomFrom(Math.floor(random() * 2 ** 31)));
    const turn = scenario.lane === undefined ? undefined : lanes.get(scenario.lane);
    const work = (async () => {
      await turn;
      try {
        await scenario.run(stage);
        options.onDone?.(++done, jobs.length, name, null);
      } catch (error) {
        failures.push(`${name} (IPv${family}): ${String(error)}`);
        stage.forget();
        options.onDone?.(++done, jobs.length, name, error);
      }
      if (scenario.early === true) silentFrom = performance.now();
    })();
    if (scenario.lane !== undefined) lanes.set(scenario.lane, work);
    running.add(work);
    void work.then(() => running.delete(work));
    await sleep(random() * 2 * APART_MS);
    while (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
  if (silentFrom > 0) {
    const left = SILENCE_MS - (performance.now() - silentFrom);
    if (left > 0) await sleep(left, undefined, { signal: options.signal }).catch(() => undefined);
  }
  await sayLast(theatre);
  return failures;
}

/** A capture's clock is its last packet: one at every place, so that each knows how long the silence before it was. */
async function sayLast(theatre: Theatre): Promise<void> {
  const { network, ports } = theatre;
  for (const [from, to] of [
    ["client", "server"],
    ["inner", "server2"],
  ] as const) {
    const source = { address: network.address(4, from, 0), port: theatre.nextPort() };
    await network
      .agent(from)
      .connect(source, { address: network.address(4, to, 0), port: ports[0] }, { patience: 3 })
      .then(
        (socket) => socket.close(),
        () => undefined,
      );
  }
}

function jobsOf({ scenarios, rounds }: TakeOptions): Job[] {
  return Object.entries(scenarios).flatMap(([name, scenario]) =>
    (scenario.families ?? ([4, 6] as const)).flatMap((family) =>
      Array.from({ length: rounds * (scenario.times ?? 1) }, () => ({ name, scenario, family })),
    ),
  );
}
