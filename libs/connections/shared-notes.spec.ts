import { describe, expect, it } from "vitest";
import { Notes } from "./notes.ts";
import { SharedNotes, type NotesOfShare } from "./shared-notes.ts";

/** What a share has noted: by number of the segment, the names of talks. */
type Noted = Readonly<Record<number, readonly number[]>>;

/** The names that a share learns, and how many tuples have ended, when it exchanges its notes so. */
function gathered(noted: Noted, exchange: (own: NotesOfShare) => readonly NotesOfShare[]): [number[], number] {
  const notes = new Notes();
  const shared = new SharedNotes({ exchange });
  for (const [segment, names] of Object.entries(noted)) {
    for (const name of names) notes.talk(name);
    shared.mark(Number(segment), notes.length);
  }
  const { words, length } = shared.gather(notes, 0, 5);
  return [[...words.subarray(0, length)].filter((_, i) => i % 2 === 1), shared.ended];
}

/** The same where these shares exchange what they have noted. */
function learned(...shares: readonly Noted[]): [number[], number] {
  const all: NotesOfShare[] = [];
  const collect = (own: NotesOfShare): NotesOfShare[] => {
    all.push(own);
    return [own];
  };
  for (const share of shares) gathered(share, collect);
  return gathered({}, () => all);
}

describe("notes of several shares", () => {
  it("come in the order of capture", () => {
    const [names, ended] = learned({ 1: [11], 4: [12, 13], 5: [] }, { 2: [21], 3: [22, 23], 9: [24] }, { 7: [31] });
    expect(names).toEqual([11, 21, 22, 23, 12, 13, 31, 24]);
    expect(ended).toBe(15);
  });

  it("may be none", () => {
    expect(learned({}, {})).toEqual([[], 10]);
    expect(learned({}, { 3: [1] })).toEqual([[1], 10]);
  });

  it("are those since the last exchange", () => {
    const notes = new Notes();
    const shared = new SharedNotes({ exchange: (own) => [own] });
    notes.talk(1);
    shared.mark(1, notes.length);
    expect(shared.gather(notes, 0, 0).length).toBe(2);
    notes.clear(0);
    expect(shared.gather(notes, 0, 0).length).toBe(0);
    notes.talk(2);
    shared.mark(2, notes.length);
    expect(shared.gather(notes, 0, 0).words[1]).toBe(2);
  });
});
