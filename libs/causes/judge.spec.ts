import { describe, expect, it } from "vitest";
import { E, EVIDENCE, Evidence, type EvidenceName } from "./evidence.ts";
import { explain } from "./explanation.ts";
import { RULES } from "./judge.ts";
import { CAUSES, causeDefinition } from "./taxonomy.ts";

/** Causes that one capture cannot settle: they take the kernel's word, or rows of many collectors. */
const LATER = [
  "resource_abort",
  "host_reboot",
  "nat_expired",
  "untranslated_segment",
  "process_crash",
  "middlebox_idle_reset",
];

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

  it("explains every cause in words", () => {
    const everything = Object.keys(EVIDENCE);
    for (const { name } of CAUSES) {
      const explanation = explain(name, everything);
      expect(explanation?.summary).toMatch(/^[A-Z].*\.$/);
      expect(explanation?.because).toHaveLength(everything.length);
    }
    expect(explain("no_such_cause", [])).toBeNull();
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
