import { Conversation, Tracker, type EndedConnection } from "@hangup/connections";
import type { Segment } from "@hangup/packets";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Judge } from "./judge.ts";

const word = fc.constantFrom(
  ..."cA sA cD sD cD sD =cD cF sF =cF =sF cF20 sF90 cR sRA ~20ms ~2s ~9s cS =cS sSA".split(" "),
);
const generated = fc.record({
  opening: fc.constantFrom("cS sSA cA", "cS sSA cA", "cS sSA cA cD sA sD cA", "cS sSA", "cS cS sSA cA", "sSA cA cD"),
  words: fc.array(word, { maxLength: 3 }),
  closing: fc.constantFrom("cF sA sF cA", "sF cA cF sA", "cF sF", "sF cA cD20 cF sA", "cF sA sD20 cA sF cA", "cF", ""),
  /** This segment and the next change places. */
  overtaken: fc.nat({ max: 12 }),
  crossing: fc.boolean(),
  fromHigher: fc.boolean(),
  family: fc.constantFrom(4 as const, 6 as const),
  flags: fc.boolean(),
  lossy: fc.constantFrom(false, false, true),
});

type Generated = typeof generated extends fc.Arbitrary<infer T> ? T : never;

function segmentsOf({ opening, words, closing, overtaken, crossing, fromHigher, family }: Generated): Segment[] {
  const text = `${opening} ${words.join(" ")} ${crossing ? "" : closing}`;
  const swapped = text.replaceAll(/[cs](?=[A-Z])/g, (side) => (side === "c" ? "s" : "c"));
  const played = new Conversation({ family }).play(fromHigher ? swapped : text);
  const next = { c: played.next("c"), s: played.next("s") };
  if (crossing) played.send("c", { flags: 17, ack: next.s }).send("s", { flags: 17, ack: next.c });
  const { segments } = played;
  const [one, other] = segments.slice(overtaken, overtaken + 2);
  if (other !== undefined) {
    [one.timeUs, other.timeUs] = [other.timeUs, one.timeUs];
    segments.splice(overtaken, 2, other, one);
  }
  return segments;
}

function said(judge: Judge, c: EndedConnection) {
  const { kind, cause, confidence, benign, evidence, sender, firstFinBy, firstRstBy } = judge.judge(c);
  return { kind, cause, confidence, benign, evidence: [...evidence], sender, firstFinBy, firstRstBy };
}

describe("connections alike", () => {
  it("are judged as each would be", () => {
    const judge = new Judge(true);
    const likenesses = new Set<number>();
    let ordinary = 0;
    const compare = (ended: EndedConnection): boolean => {
      if (ended.likeness !== 0) ordinary++;
      likenesses.add(ended.likeness);
      const byLikeness = said(judge, ended);
      ended.likeness = 0;
      expect(said(judge, ended)).toEqual(byLikeness);
      return true;
    };
    fc.assert(
      fc.property(generated, (one) => {
        const options = { settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 20, seed: 1 };
        const tracker = new Tracker(options, (ended) => {
          ended.captureLoss = one.lossy;
          return compare(ended);
        });
        for (const segment of segmentsOf(one)) {
          if (!one.flags || (segment.flags & 7) !== 0) tracker.track(segment);
        }
        tracker.finish();
      }),
      { seed: 5, numRuns: 1500 },
    );
    // Many are alike, and in many ways.
    expect(ordinary).toBeGreaterThan(300);
    expect(likenesses.size).toBeGreaterThan(30);
  });
});
