import { describe, expect, it } from "vitest";
import { Conversation } from "./conversation.ts";
import { track, WHOLE } from "./testing/track.ts";

/** Ends, and 3 s later the same ends open another connection, whose SYN is not captured. */
function reused(first: string, second: string): readonly object[] {
  const old = new Conversation().play(first);
  const startUs = old.segments[old.segments.length - 1].timeUs + 3_000_000;
  const next = new Conversation({ startUs, clientIsn: 2_000_000_000, serverIsn: 3_000_000_000 }).play(second);
  const [, ...captured] = next.segments;
  return track([...old.segments, ...captured]).rows;
}

describe("a SYN-ACK behind an end that answers another SYN", () => {
  const again = "cS sSA cA cD300 sA sD20 cA sF cA cF sA";

  it.each([
    { name: "two FINs", first: WHOLE, endedBy: "fin" },
    { name: "an abort", first: "cS sSA cA cD200 sA sRA", endedBy: "rst" },
    { name: "a refusal", first: "cS sRA", endedBy: "rst" },
  ])("begins a connection of its own: $name", ({ first, endedBy }) => {
    expect(reused(first, again)).toMatchObject([
      { endedBy, midstream: false, rsts: [endedBy === "rst" ? 1 : 0, 0], late: 0 },
      { endedBy: "fin", midstream: true, bytes: [300, 20], connState: "SF" },
    ]);
  });

  it("belongs to the old one where it has the old number", () => {
    const old = new Conversation().play(WHOLE);
    const [, { seq }] = old.segments;
    old.wait(1_000_000).send("s", { flags: 18, seq, ack: 77 });
    expect(track(old.segments).rows).toHaveLength(1);
  });
});
