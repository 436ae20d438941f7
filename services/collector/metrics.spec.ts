import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRegistry } from "@hangup/service";
import { Observer } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";
import { pino } from "pino";
import { TeardownCounts, unaccounted } from "./accounting.ts";
import { noPackets } from "./capture/messages.ts";
import type { Source } from "./capture/source.ts";
import { Delivery } from "./deliver.ts";
import { publishMetrics } from "./metrics.ts";
import { ManualTimers } from "./testing/manual-timers.ts";
import { teardown } from "./testing/teardown.ts";

/** Kernels' answers, ICMP errors among them. */
const ERRORS = readFileSync(join(import.meta.dirname, "..", "..", "test", "corpus", "errors", "capture.pcap"));
/** The demo's recorded capture: 313 connections. */
const DEMO = readFileSync(join(import.meta.dirname, "..", "demo", "capture", "demo.pcap"));
const CONNECTIONS = 313;
/** A cut in the middle of it leaves connections without an end. */
const CUT = DEMO.subarray(0, DEMO.length >> 1);

const idle: Source = {
  start: async () => undefined,
  finished: Promise.resolve(),
  damage: "",
  stop: async () => undefined,
  counters: noPackets,
  interfaces: () => new Map([["eth0", noPackets()]]),
  requestCounters: () => undefined,
  head: () => undefined,
  retry: () => undefined,
  passTime: () => undefined,
  restarts: 0,
  trouble: null,
  isBehind: false,
};

function collector(live: boolean, verifyChecksums = false) {
  const counts = new TeardownCounts();
  const options = {
    collector: "test",
    epoch: 1,
    live,
    all: false,
    verifyChecksums,
    exclude: (row: object) => "server_port" in row && row.server_port === 8080,
  };
  const observer = new Observer({ ...options, maxMemoryBytes: 1 << 20 }, (row) => counts.add(row));
  const registry = createRegistry();
  publishMetrics(registry, { observer, source: idle, counts });
  const sum = async (name: string): Promise<number> => {
    const text = await registry.metrics();
    const values = [...text.matchAll(new RegExp(`^hangup_collector_${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))];
    expect(values.length).toBeGreaterThan(0);
    return values.reduce((total, [, value]) => total + Number(value), 0);
  };
  const account = async () => ({
    connections: await sum("connections_total"),
    emitted: await sum("events_emitted_total"),
    filtered: await sum("filtered_total"),
    notEnded: await sum("not_ended_total"),
    following: await sum("connections"),
  });
  const residue = async (): Promise<Record<string, number>> => {
    const lines = (await registry.metrics()).matchAll(/^hangup_collector_unaccounted\{account="(\w+)"\} (\S+)$/gm);
    return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]));
  };
  return { observer, counts, account, residue, sum };
}

interface Damaged {
  readonly observer: Observer;
  readonly counts: TeardownCounts;
}

const NOTHING = { packets: 0, segments: 0, connections: 0, events: 0 };

it("counts each packet under one outcome", async () => {
  const { observer, sum } = collector(false, true);
  observer.push(ERRORS);
  observer.finish();
  expect(observer.counters.decode.icmp).toBeGreaterThan(0);
  expect(observer.counters.decode.badChecksum).toBeGreaterThan(0);
  expect(await sum("packets_total")).toBe(observer.counters.packets);
});

describe("the account of connections", () => {
  it.each([
    { name: "a file", live: false },
    { name: "a live capture", live: true },
  ])("adds up at every moment of $name", async ({ live }) => {
    const { observer, account, residue } = collector(live);
    for (let at = 0; at < CUT.length; at += 50_000) {
      observer.push(CUT.subarray(at, at + 50_000));
      expect(await residue()).toEqual(NOTHING);
      const { connections, emitted, filtered, notEnded, following } = await account();
      expect(emitted + filtered + notEnded + following).toBe(connections);
      expect(following).toBeGreaterThan(0);
    }
    observer.finish();
    const { connections, emitted, filtered, notEnded, following } = await account();
    expect({ sum: emitted + filtered + notEnded, following }).toEqual({ sum: connections, following: 0 });
    expect(Math.min(emitted, filtered, notEnded)).toBeGreaterThan(0);
  });

  it("has every connection of a whole capture", async () => {
    const { observer, account } = collector(false);
    observer.push(DEMO);
    observer.finish();
    expect(await account()).toMatchObject({ connections: CONNECTIONS, following: 0, notEnded: 0 });
  });

  /** Each on purpose, one at a time: what must be found out. */
  it.each([
    { account: "packets", damage: ({ observer }: Damaged) => void observer.counters.decode.malformed++, by: -1 },
    { account: "segments", damage: ({ observer }: Damaged) => void observer.counters.decode.tcp--, by: -1 },
    { account: "connections", damage: ({ observer }: Damaged) => void observer.counters.rows.fin--, by: 1 },
  ])("does not add up when $account get lost or count twice", async ({ account, damage, by }) => {
    const { observer, counts, residue } = collector(false);
    observer.push(DEMO);
    observer.finish();
    damage({ observer, counts });
    expect((await residue())[account]).toBe(by);
  });

  it("does not add up when events get lost on their way to Kafka", async () => {
    const sent: number[] = [];
    const producer = { send: async () => void sent.push(1), close: async () => undefined };
    const options = {
      producer,
      topic: "t",
      collector: "c",
      queueBytes: 1e6,
      batchAgeMs: 200,
      whenFull: "drop" as const,
    };
    const delivery = new Delivery({ ...options, log: pino({ level: "silent" }), timers: new ManualTimers() });
    const { observer, counts } = collector(false);
    const account = (): number => unaccounted({ observer, counts, delivery }).events;
    for (let seq = 0; seq < 700; seq++) {
      const row = teardown({ seq });
      counts.add(row);
      delivery.append(row);
      expect(account()).toBe(0);
    }
    await delivery.drained();
    expect({ sends: sent.length, acked: delivery.acked, account: account() }).toEqual({
      sends: 2,
      acked: 700,
      account: 0,
    });
    counts.add(teardown({ seq: 700 }));
    expect(account()).toBe(1);
  });
});
