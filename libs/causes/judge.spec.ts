import { Conversation, interleave, Tracker } from "@hangup/connections";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { E, EVIDENCE, Evidence, type EvidenceName } from "./evidence.ts";
import { RULES } from "./judge.ts";
import { Signs } from "./signs.ts";
import { CAUSES, causeDefinition } from "./taxonomy.ts";

/** Causes that one capture cannot settle: they take the kernel's word, or rows of many collectors. */
const LATER = ["host_reboot", "nat_expired", "untranslated_segment", "process_crash", "middlebox_idle_reset"];

describe("the table of rules", () => {
  it("has a rule for every cause that one capture can settle", () => {
    const ruled = new Set<string>(RULES.map(({ cause }) => cause));
    const missing = CAUSES.map(({ name }): string => name).filter(
      (name) => !ruled.has(name) && name !== "unknown_reset",
    );
    expect(new Set(missing)).toEqual(new Set(LATER));
  });

  it("names only parents that exist, and gives every rule a source", () => {
    for (const { parent } of CAUSES) expect(parent === null || causeDefinition(parent) !== undefined).toBe(true);
    expect(RULES.filter(({ source }) => source === "")).toEqual([]);
  });
});

const word = fc.constantFrom(
  ..."cS =cS sSA =sSA cA sA cD sD =cD =sD cF sF =cF cR sR cRA sRA cRR sRR sRR cA ~20ms ~2s ~9s ~75s ~300s".split(" "),
);
const opening = fc.constantFrom("", "cS", "cS sSA", "cS sSA cA", "cS sSA cA cD sA sD cA");
const script = fc.record({ opening, words: fc.array(word, { minLength: 1, maxLength: 12 }), foreignTtl: fc.boolean() });

/** Conversations of every sort, on a client port each. */
function conversations(): Conversation[] {
  return fc.sample(script, { seed: 1, numRuns: 800 }).map(({ opening: first, words, foreignTtl }, i) => {
    const played = new Conversation({ clientPort: 1024 + i }).play(`${first} ${words.join(" ")}`);
    if (foreignTtl) for (const segment of played.segments) if ((segment.flags & 4) !== 0) segment.ttl = 200;
    return played;
  });
}

describe("every rule", () => {
  it("is as sure as it declares, whatever connection it looks at", () => {
    const evidence = new Evidence();
    const signs = new Signs();
    const told = new Set<string>();
    const undeclared = new Set<string>();
    for (const flags of [false, true]) {
      const options = { settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 26, seed: 1 };
      const tracker = new Tracker(options, (ended) => {
        signs.read(ended);
        for (const rule of RULES) {
          evidence.clear();
          signs.note(ended, evidence);
          const confidence = rule.match(ended, { evidence, signs, population: true });
          if (confidence === 0) continue;
          told.add(`${rule.cause} ${confidence}`);
          if (!rule.confidence.includes(confidence)) undeclared.add(`${rule.cause} ${confidence}`);
        }
        return true;
      });
      for (const segment of interleave(...conversations()))
        if (!flags || (segment.flags & 7) !== 0) tracker.track(segment);
      tracker.finish();
    }
    expect([...undeclared]).toEqual([]);
    // Enough of them, so that this says something.
    expect(told.size).toBeGreaterThan(30);
  });
});

describe("Evidence", () => {
  it("keeps what was noted, in the order of the table, until it is cleared", () => {
    const evidence = new Evidence();
    const all = Object.keys(EVIDENCE) as EvidenceName[];
    const some = all.filter((_, i) => i % 7 === 3);
    for (const name of some.toReversed()) expect(evidence.note(E[name], true)).toBe(true);
    evidence.note(E[all[0]], false);
    expect(evidence.names()).toEqual(some);
    expect(some.every((name) => evidence.has(E[name]))).toBe(true);
    evidence.clear();
    expect(evidence.names()).toEqual([]);
  });

  it("has room for all names", () => {
    const evidence = new Evidence();
    const all = Object.keys(EVIDENCE) as EvidenceName[];
    for (const name of all) evidence.note(E[name], true);
    expect(evidence.names()).toEqual(all);
  });
});
