import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRegistry } from "@hangup/service";
import { Observer } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";
import { TeardownCounts } from "./accounting.ts";
import { noPackets } from "./capture/messages.ts";
import type { Source } from "./capture/source.ts";
import { publishMetrics } from "./metrics.ts";

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
  requestCounters: () => undefined,
  passTime: () => undefined,
  restarts: 0,
  trouble: null,
  isBehind: false,
};

function collector(live: boolean) {
  const counts = new TeardownCounts();
  const options = {
    collector: "test",
    epoch: 1,
    live,
    all: false,
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
  return { observer, account };
}

describe("the account of connections", () => {
  it.each([
    { name: "a file", live: false },
    { name: "a live capture", live: true },
  ])("adds up at every moment of $name", async ({ live }) => {
    const { observer, account } = collector(live);
    for (let at = 0; at < CUT.length; at += 50_000) {
      observer.push(CUT.subarray(at, at + 50_000));
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
});
