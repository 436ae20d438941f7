import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomFrom } from "@hangup/lab";
import { describe, expect, it } from "vitest";
import { changedRows, otherNames } from "./renaming.ts";
import { namesIn, readFrames, renameFrame, tagFrame, writeFrames, type Frame } from "./rewrite.ts";
import { analyze } from "./rows.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
/** Labelled captures of another lab, where they are at hand. */
const FOREIGN = join(CHECKOUT, "../shared/lab/captures");

/** Captures of this project, of every kind of ending. */
const OWN = ["services/demo/capture/demo.pcap", "test/corpus/*/capture.pcap"];

const own = OWN.flatMap((pattern) => globSync(pattern, { cwd: CHECKOUT }).map((file) => join(CHECKOUT, file)));
const foreign = existsSync(FOREIGN)
  ? globSync("**/*.middle.pcap", { cwd: FOREIGN }).map((file) => join(FOREIGN, file))
  : [];

function framesOf(files: readonly string[]): { file: string; frames: Frame[] }[] {
  return files.flatMap((file) => {
    const frames = readFrames(readFileSync(file));
    return frames === null ? [] : [{ file, frames }];
  });
}

describe.each([
  { whose: "this project's captures", files: own, seed: 1 },
  { whose: "another lab's captures", files: foreign, seed: 2 },
])("$whose", ({ files, seed }) => {
  const captures = framesOf(files);

  it.skipIf(captures.length === 0)("say the same under other addresses and ports", { timeout: 120_000 }, () => {
    const random = randomFrom(seed);
    const changed = captures.flatMap(({ file, frames }) => {
      const naming = otherNames(frames, random);
      return changedRows(frames, (frame) => renameFrame(frame, naming)).map((row) => `${file}: ${row}`);
    });
    expect(changed).toEqual([]);
  });

  it.skipIf(captures.length === 0)("say the same in a VLAN and in nanoseconds", { timeout: 120_000 }, () => {
    const changed = captures.flatMap(({ file, frames }) =>
      changedRows(frames, (frame) => tagFrame(frame, 77), true).map((row) => `${file}: ${row}`),
    );
    expect(changed).toEqual([]);
  });
});

const hex = (address: Buffer): string => address.toString("hex");

describe("a renaming", () => {
  const [{ frames }] = framesOf(own);
  const naming = otherNames(frames, randomFrom(3));

  it("gives everybody another name, and keeps people apart", () => {
    const before = namesIn(frames);
    const after = namesIn(frames.map((frame) => renameFrame(frame, naming)));
    expect(after.addresses).toHaveLength(before.addresses.length);
    expect(after.addresses.map(hex).filter((name) => before.addresses.map(hex).includes(name))).toEqual([]);
    expect(after.ports).toHaveLength(before.ports.length);
  });

  it("is seen in the rows", () => {
    expect(analyze(writeFrames(frames.map((frame) => renameFrame(frame, naming))))).not.toEqual(
      analyze(writeFrames(frames)),
    );
  });

  it("that mixes people up is seen in the verdicts", () => {
    const everybody = { ...naming, port: (port: number) => (port < 1024 ? port : 40_000) };
    expect(changedRows(frames, (frame) => renameFrame(frame, everybody))).not.toEqual([]);
  });
});
