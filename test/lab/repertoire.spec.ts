import { CAUSES, causeDefinition } from "@hangup/causes";
import { expect, it } from "vitest";
import type { Deed } from "./deed.ts";
import { NOT_MADE, REPERTOIRE } from "./repertoire.ts";

const deeds = Object.values(REPERTOIRE).flatMap(({ deed, at = {} }) =>
  [deed, ...Object.values(at)].filter((one): one is Deed => one !== null),
);

it("speaks of causes that exist", () => {
  const spoken = deeds.flatMap(({ cause, also = [], readings }) => [cause, ...also, ...readings]);
  expect(spoken.filter((name) => name !== "" && causeDefinition(name) === undefined)).toEqual([]);
});

it("makes every cause, or says why not", () => {
  // Some come only beside another deed: what one place sees of it.
  const made = new Set(deeds.map(({ cause }) => cause));
  for (const name of ["unexpected_syn", "untranslated_segment"]) made.add(name);
  expect(CAUSES.map(({ name }) => name).filter((name) => !made.has(name) && !(name in NOT_MADE))).toEqual([]);
});
