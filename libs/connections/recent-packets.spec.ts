import { Segment } from "@hangup/packets";
import { describe, expect, it } from "vitest";
import { Conversation } from "./conversation.ts";
import { play, track, WHOLE } from "./testing/track.ts";

/** Each packet twice, the second so many µs later and hops farther. */
const twice = (segments: readonly Segment[], us: number, hops = 0): Segment[] =>
  segments.flatMap((s) => [s, Object.assign(new Segment(), s, { timeUs: s.timeUs + us, ttl: s.ttl - hops })]);

describe("copies of a packet", () => {
  it("count once where they come at once", () => {
    const { rows, tracker } = track(twice(play(WHOLE), 20, 1));
    expect(rows).toMatchObject([{ packets: [6, 5], retransmits: [0, 0], history: "ShADadFf" }]);
    expect(tracker.counters.copies).toBe(11);
  });

  it.each([
    { name: "IPv6, which has no IP-ID", options: { family: 6 } as const, text: `${WHOLE} sR` },
    { name: "a RST without IP-ID", options: {}, text: "cS sSA cA cD sA sD cA ~60s cD sR" },
  ])("count once where a mirror port sends all twice: $name", ({ options, text }) => {
    const once = new Conversation(options).play(text).segments;
    const { rows, tracker } = track(twice(once, 30));
    const [alone] = track(once).rows;
    expect(rows).toMatchObject([{ ...alone, durationUs: expect.any(Number), idleUs: expect.any(Number) }]);
    expect(tracker.counters.copies).toBe(once.length);
  });

  it("are not two answers of a stack that sets no IP-ID", () => {
    const answers = new Conversation({ stepUs: 100 }).play("cS sSA cA cD sA sD cA ~60s cD cD sR sR");
    expect(track(answers.segments).rows).toMatchObject([{ rsts: [2, 0] }]);
  });

  it("tell the TTL that another tap sees", () => {
    const ttls = [
      [64, 61],
      [62, 59],
    ];
    expect(track(twice(play("cS sSA cA cD sA sD cA"), 300, 3)).rows).toMatchObject([{ packets: [4, 3], ttls }]);
  });
});
