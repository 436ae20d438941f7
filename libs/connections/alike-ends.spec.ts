import type { Segment } from "@hangup/packets";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIVE, MOST_ENDS, MOST_LIKENESSES, PLACES, WHEEL_BYTES, WHEEL_COUNT, WHEELS } from "./arena-layout.ts";
import { Conversation, interleave } from "./conversation.ts";
import type { EndedConnection } from "./ended.ts";
import { SLOT_BITS } from "./index-layout.ts";
import { FILE, kept, WHOLE } from "./testing/track.ts";
import { Tracker } from "./tracker.ts";

interface Followed {
  /** Of each connection what is to be counted, sorted. */
  readonly told: readonly string[];
  readonly counters: object;
  /** Records in use, numbers of the timer wheels, and tags of the index, before the end. */
  readonly inUse: readonly number[];
  /** Connections that were not looked at. */
  readonly alike: number;
}

function follow(segments: readonly Segment[], { looksAtAll = false, lossUs = -Infinity } = {}): Followed {
  const told: string[] = [];
  let alike = 0;
  const countAlike = (likeness: number, server: number, port: number): void => {
    alike++;
    told.push(`${likeness} ${[24, 16, 8, 0].map((shift) => (server >>> shift) & 255).join(".")} ${port}`);
  };
  const look = (c: EndedConnection): boolean => {
    c.captureLoss = lossUs >= c.startUs;
    const ordinary = c.likeness !== 0 && c.family === 4 && !c.captureLoss;
    const { address, port } = c.server;
    told.push(ordinary ? `${c.likeness} ${address.slice(12).join(".")} ${port}` : JSON.stringify(kept(c)));
    return c.endedBy !== "none" || c.occasion !== "silence";
  };
  const tracker = new Tracker({ ...FILE, ...(looksAtAll ? {} : { alike: countAlike }) }, look);
  tracker.lossUs = lossUs;
  for (const segment of segments) tracker.track(segment);
  const { numbers, state, index } = tracker.table.arena;
  const inUse = [
    state[LIVE >> 2],
    ...numbers.subarray(WHEELS >> 3, (WHEELS + WHEEL_COUNT * WHEEL_BYTES) >> 3),
    // Which of the free records is taken next is all the same.
    ...[...index.subarray(0, state[PLACES >> 2])].map((entry) => entry >>> SLOT_BITS).filter((tag) => tag !== 0),
  ];
  tracker.finish();
  return { inUse, told: told.toSorted(), counters: tracker.counters, alike };
}

function expectSame(segments: readonly Segment[], lossUs?: number): number {
  const fast = follow(segments, { lossUs });
  expect({ ...fast, alike: 0 }).toEqual(follow(segments, { looksAtAll: true, lossUs }));
  return fast.alike;
}

const START_US = 1_700_000_000_000_000;

/** Most close in order, and long before the capture ends; what may be told of some is more. */
const texts = fc
  .tuple(
    fc.constantFrom(...Array.from({ length: 5 }, () => "cS sSA cA"), "cS =cS sSA cA", "cS sSA", "sSA cA", "cS cA"),
    fc.constantFrom(
      ...Array.from({ length: 3 }, () => "cD200 sA sD3000 cA"),
      ..."cD100 sA|sD100 cA|cD200 =cD200 sA|sD200 =sD200 cA|~20s cD1 sA|~250s cD1 sA|cD9 sA cS sA cD9 sA|cD9 sA sSA cD9 sA|".split(
        "|",
      ),
    ),
    fc.constantFrom(
      ...Array.from({ length: 3 }, () => "cF sA sF cA"),
      ..."sF cA cF sA|cF sF cA|cF sF|cF sA sD9 cA sF cA|~50s cF sF cA|cF20 sA sF20 cA|cRA|cF|".split("|"),
    ),
    fc.constantFrom(
      ...Array.from({ length: 4 }, () => ""),
      ..."~5s cA|~40s cA|~400s sA|~2s cS sSA cA|~100s cS sSA cA cF sF cA".split("|"),
      "~25s cA ".repeat(14),
    ),
  )
  .map((parts) => parts.join(" "));
const unanswered = fc.constantFrom("cS", "cS ~1s =cS ~2s =cS", "cS =cS cA", "cS10 ~1s =cS10", "cS ~1s =cS ~3s cRA");
/** The text where client and server have changed places: the client is the higher endpoint then. */
const swapped = (text: string): string => text.replaceAll(/[cs](?=[A-Z])/g, (side) => (side === "c" ? "s" : "c"));
const conversations = fc
  .array(
    fc.record({
      text: fc.oneof({ weight: 4, arbitrary: texts }, { weight: 1, arbitrary: unanswered }),
      clientHost: fc.integer({ min: 1, max: 6 }),
      serverHost: fc.constantFrom(1, 2),
      fromHigher: fc.boolean(),
      serverPort: fc.constantFrom(443, 60_000),
      clientPort: fc.constantFrom(40_000, 50_000),
      clientIsn: fc.constantFrom(1000, 0xffffff00),
      family: fc.constantFrom(4 as const, 4 as const, 4 as const, 6 as const),
      context: fc.constantFrom(0, 0, 0, 7),
      startUs: fc.integer({ min: 0, max: 600_000_000 }).map((us) => START_US + us),
    }),
    { minLength: 20, maxLength: 60 },
  )
  .map((all) =>
    interleave(
      ...all.map(({ text, fromHigher, ...options }) =>
        new Conversation(options).play(fromHigher ? swapped(text) : text),
      ),
    ),
  );

describe("connections that ended alike", () => {
  it("are told as if each were looked at", () => {
    let alike = 0;
    fc.assert(
      fc.property(
        conversations,
        fc.boolean(),
        fc.constantFrom(-Infinity, START_US + 150_000_000),
        (all, flags, loss) => {
          alike += expectSame(flags ? all.filter((s) => (s.flags & 7) !== 0) : all, loss);
        },
      ),
      { seed: 6, numRuns: 400 },
    );
    expect(alike).toBeGreaterThan(1000);
  });

  it("are told however many are due at once, or left", () => {
    const ends = Array.from({ length: 3 * MOST_ENDS }, (_, i) =>
      new Conversation({ clientHost: 1 + (i % 200), clientPort: 1024 + i, startUs: START_US + i }).play(WHOLE),
    );
    // Others live on, among them in the index.
    const later = Array.from({ length: 3 * MOST_ENDS }, (_, i) =>
      new Conversation({ clientPort: 20_000 + i, startUs: START_US + i }).play("cS sSA cA ~200s cD1 sA ~1s cD1"),
    );
    // The first is looked at.
    expect(expectSame(interleave(...ends, ...later))).toBe(ends.length - 1);
    expect(expectSame(interleave(...ends))).toBe(ends.length - 1);
  });

  it("are gone then, whatever of them comes late", () => {
    const [first, second] = [1001, 1002].map((clientPort) =>
      new Conversation({ clientPort, startUs: START_US }).play(`${WHOLE} ~100s cA`),
    );
    const clock = new Conversation({ startUs: START_US }).play(`cS sSA cA ${"~10s cD1 sA ".repeat(9)}`);
    expect(expectSame(interleave(first, second, clock))).toBe(1);
  });

  it("are looked at where more likenesses are met than can be known", () => {
    const ends = Array.from({ length: 2 * MOST_LIKENESSES }, (_, i) =>
      new Conversation({ clientPort: 1024 + i, startUs: START_US + i }).play(WHOLE),
    );
    let looked = 0;
    let alike = 0;
    const tracker = new Tracker({ ...FILE, alike: () => alike++ }, (c) => {
      // No two of the first are alike.
      if (looked++ < MOST_LIKENESSES) c.likeness = -looked;
      return true;
    });
    for (const segment of interleave(...ends)) tracker.track(segment);
    tracker.finish();
    expect({ looked, alike }).toEqual({ looked: 2 * MOST_LIKENESSES, alike: 0 });
  });
});
