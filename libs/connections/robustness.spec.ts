import { Segment } from "@hangup/packets";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Tracker } from "./tracker.ts";

/** Numbers near each other, near the wrap, and anywhere. */
const number = fc.oneof(
  fc.integer({ min: 0, max: 60 }).map((n) => n * 100),
  fc.integer({ min: -50, max: 50 }).map((n) => n >>> 0),
  fc.integer({ min: 0, max: 0xffffffff }),
);
/** What a segment carries, as far as it was captured. */
const PAYLOAD = Uint8Array.of(0x33, 0xaa, 7);
/** Steps of time: at once, seconds, hours, backwards. */
const step = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }),
  fc.integer({ min: 0, max: 90_000_000 }),
  fc.constantFrom(-5_000_000, 3_600_000_000, 90_000_000_000),
);
const segments = fc.array(
  fc.record({
    fromClient: fc.boolean(),
    port: fc.oneof(fc.constantFrom(1, 2, 3), fc.integer({ min: 1, max: 150 })),
    flags: fc.oneof(fc.constantFrom(2, 18, 16, 24, 17, 4, 20, 20, 4), fc.integer({ min: 0, max: 255 })),
    seq: number,
    ack: number,
    payloadLength: fc.constantFrom(0, 0, 1, 100, 1460, 65_000),
    ttl: fc.constantFrom(0, 1, 57, 60, 64, 255),
    ipId: fc.constantFrom(-1, 0, 1, 2, 40_000),
    window: fc.constantFrom(0, 500),
    hasTimestamp: fc.boolean(),
    context: fc.constantFrom(0, 0, 0, 9),
    icmp: fc.constantFrom(0, 0, 0, 0, 0, 0x301, 0x303, 0xb00),
    step,
  }),
  { maxLength: 250 },
);

function play(list: typeof segments extends fc.Arbitrary<infer T> ? T : never, tracker: Tracker): void {
  let time = 1_700_000_000_000_000;
  for (const { fromClient, port, step: forward, ...fields } of list) {
    const s = Object.assign(new Segment(), fields);
    s.buffer = PAYLOAD;
    s.payloadCaptured = Math.min(s.payloadLength, PAYLOAD.length);
    time += forward;
    s.timeUs = time;
    s.src2 = s.dst2 = 0xffff;
    [s.src3, s.dst3] = fromClient ? [1, 2] : [2, 1];
    [s.srcPort, s.dstPort] = fromClient ? [port, 443] : [443, port];
    tracker.track(s);
  }
}

describe("whatever segments come", () => {
  it.each([
    { name: "a file", settleUs: null, maxMemoryBytes: 2 ** 26 },
    { name: "a file in little memory", settleUs: null, maxMemoryBytes: 1 },
    { name: "live", settleUs: 1_000_000, maxMemoryBytes: 2 ** 26 },
  ])("tells each connection once and keeps its books: $name", ({ settleUs, maxMemoryBytes }) => {
    fc.assert(
      fc.property(segments, (list) => {
        let told = 0;
        const tracker = new Tracker({ settleUs, silenceUs: 120_000_000, maxMemoryBytes, seed: 1 }, (ended) => {
          if (ended.occasion === "silence" && ended.endedBy === "none") return false;
          told++;
          expect(ended.endUs).toBeGreaterThanOrEqual(ended.startUs - 90_000_000_000);
          expect(ended.rstIgnored).toBeLessThanOrEqual(ended.rstCount);
          for (const { payload, payloadKept, payloadLength } of ended.rsts.slice(0, ended.rstsKept)) {
            expect(payloadKept).toBe(Math.min(payloadLength, PAYLOAD.length));
            expect([...payload.subarray(0, payloadKept)]).toEqual([...PAYLOAD.subarray(0, payloadKept)]);
          }
          expect(Number.isFinite(ended.client.bytes + ended.server.bytes)).toBe(true);
          return true;
        });
        play(list, tracker);
        tracker.finish();
        expect(told).toBe(tracker.counters.connections);
        expect(tracker.rare.payloads.used).toBeLessThanOrEqual(tracker.rare.rsts.used);
        expect(tracker.counters.segments).toBe(list.length);
      }),
      { seed: 6, numRuns: 400 },
    );
  });
});
