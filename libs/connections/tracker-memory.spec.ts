import type { Segment } from "@hangup/packets";
import { describe, expect, it } from "vitest";
import { Conversation, interleave } from "./conversation.ts";
import { STRIDE } from "./layout.ts";
import { FILE, track, WHOLE } from "./testing/track.ts";
import { Tracker } from "./tracker.ts";

const flood = (count: number): Segment[] =>
  Array.from(
    { length: count },
    (_, i) => new Conversation({ clientHost: i >> 8, clientPort: 1024 + (i & 255), stepUs: 10 }).play("cS").segments[0],
  );

describe("memory", () => {
  it("gives up half-open connections first, and judges those beside a flood right", () => {
    const cap = 200 * 400;
    const beside = new Conversation({ serverPort: 80, stepUs: 150 }).play("cS sSA cA cD200 sA sD3000 cA cF sA sF cA");
    const segments = [...flood(5000), ...beside.segments];
    segments.forEach((segment, i) => {
      if (i < 5000) segment.timeUs = 1_700_000_000_000_000 + i * 2;
    });
    segments.sort((a, b) => a.timeUs - b.timeUs);
    const { rows, tracker } = track(segments, { maxMemoryBytes: cap });
    expect(tracker.table.live).toBeLessThanOrEqual(400);
    expect(tracker.counters.evictedHalfOpen).toBeGreaterThan(4000);
    expect(tracker.counters.evictedIdle).toBe(0);
    expect(rows.filter(({ endedBy }) => endedBy === "fin")).toMatchObject([{ bytes: [200, 3000], packets: [6, 5] }]);
    expect(rows).toHaveLength(5001);
  });

  it("gives up the oldest of them first: who answers in time keeps its place", () => {
    const startUs = 1_700_000_000_000_000;
    const syns = flood(5000);
    syns.forEach((segment, i) => (segment.timeUs = startUs + i * 20));
    const real = Array.from({ length: 90 }, (_, i) =>
      new Conversation({
        clientHost: 77,
        clientPort: 5000 + i,
        serverPort: 80,
        startUs: startUs + 20_000 + i * 700,
        stepUs: 900,
      }).play(i % 3 === 0 ? "cS sRR" : "cS sSA cA cD200 sA sD3000 cA cF sA sF cA"),
    );
    const { rows } = track(
      [...syns, ...real.flatMap(({ segments }) => segments)].toSorted((a, b) => a.timeUs - b.timeUs),
      { maxMemoryBytes: 200 * 900 },
    );
    const beside = rows.filter(({ ports }) => ports[1] === 80);
    expect(beside).toHaveLength(90);
    expect(beside.filter(({ midstream }) => midstream)).toEqual([]);
    expect(beside.filter(({ endedBy }) => endedBy === "rst")).toHaveLength(30);
  });

  it("knows of the host's other ports when an ended connection must be judged before its time", () => {
    const answered = new Conversation({ clientHost: 9, serverPort: 80, serverTtl: 57, stepUs: 1 }).play("cS sSA cA");
    const refused = Array.from({ length: 90 }, (_, i) =>
      new Conversation({
        clientPort: 2000 + i,
        serverPort: 81,
        serverTtl: 57,
        startUs: 1_700_000_000_000_010 + 2 * i,
        stepUs: 1,
      }).play("cS sRR"),
    );
    const ttls: string[] = [];
    const tracker = new Tracker({ ...FILE, settleUs: 1_000_000, maxMemoryBytes: 200 * 70 }, (ended) => {
      if (ended.server.port === 81) ttls.push(ended.refusalTtl);
      return true;
    });
    for (const segment of interleave(answered, ...refused)) tracker.track(segment);
    expect(tracker.counters.evictedEnded).toBeGreaterThan(0);
    expect(new Set(ttls)).toEqual(new Set(["same"]));
  });

  it("keeps table and side pools under the cap in a flood of resets, and of each connection the RST that ended it", () => {
    const cap = 1 << 20;
    const resets = Array.from({ length: 6000 }, (_, i) => {
      const refused = new Conversation({
        clientPort: 1024 + i,
        startUs: 1_700_000_000_000_000 + i * 5,
        stepUs: 1,
      }).play("cS sRR");
      for (const seq of [70, 80, 90]) refused.send("s", { flags: 4, seq, ack: 0 });
      return refused;
    });
    const unknown: number[] = [];
    const tracker = new Tracker({ ...FILE, settleUs: 1_000_000, maxMemoryBytes: cap }, ({ rst, client }) => {
      if (rst === null) unknown.push(client.port);
      return true;
    });
    for (const segment of interleave(...resets)) tracker.track(segment);
    const { records, rsts } = tracker.rare;
    expect(tracker.counters.evictedEnded).toBeGreaterThan(3000);
    expect(rsts.used).toBeGreaterThanOrEqual(tracker.table.live);
    expect(tracker.table.high * 4 * STRIDE + records.words.byteLength + rsts.words.byteLength).toBeLessThan(cap);
    tracker.finish();
    expect(unknown).toEqual([]);
  });

  it("tells every connection exactly once, whatever is evicted", () => {
    const conversations = Array.from({ length: 300 }, (_, i) =>
      new Conversation({ clientPort: 1024 + i, startUs: 1_700_000_000_000_000 + i * 1000, stepUs: 7000 }).play(
        i % 3 === 0 ? "cS sSA cA cD sA cRA" : i % 3 === 1 ? WHOLE : "cS sSA cA cD sA",
      ),
    );
    const { rows, tracker } = track(interleave(...conversations), { maxMemoryBytes: 200 * 80 });
    // a connection that was forgotten and went on counts again, as one of which the beginning was not seen
    expect(rows.filter(({ midstream }) => !midstream)).toHaveLength(300);
    expect(tracker.counters.untracked).toBe(0);
  });
});
