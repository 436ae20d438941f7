import { describe, expect, it } from "vitest";
import { Conversation } from "./conversation.ts";
import { silenceUs, silenceWord } from "./silence.ts";
import { track } from "./testing/track.ts";

const HOUR_US = 3_600_000_000;

describe("a silence in a word", () => {
  it.each([0, 1, 2 ** 31 - 1, HOUR_US, 7_440_000_000, 120 * HOUR_US])("keeps %i µs", (us) => {
    const [word] = Int32Array.of(silenceWord(us));
    expect(silenceUs(word)).toBe(us);
  });

  it("keeps whole microseconds, beyond 35 minutes whole milliseconds, and 24 days at most", () => {
    expect(silenceUs(silenceWord(350_000_000.9))).toBe(350_000_000);
    expect(silenceUs(silenceWord(HOUR_US + 1_999.5))).toBe(HOUR_US + 1_000);
    expect(silenceUs(silenceWord(1e15))).toBe((2 ** 31 - 1) * 1000);
  });

  it.each([
    { name: "an hour", seconds: 3600, end: "cRA" },
    { name: "two hours, then a segment that meets nobody", seconds: 7440, end: "cD sR" },
    { name: "five days", seconds: 432_000, end: "cRA" },
    { name: "two hours, then FINs", seconds: 7440, end: "cF" },
  ])("$name", ({ seconds, end }) => {
    const { segments } = new Conversation({ stepUs: 10_000 }).play(`cS sSA cA cD sD ~${seconds}s ${end}`);
    expect(track(segments).rows).toMatchObject([{ idleUs: seconds * 1e6 + 10_000 }]);
  });
});
