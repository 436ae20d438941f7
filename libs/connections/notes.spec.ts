import { describe, expect, it } from "vitest";
import { Notes } from "./notes.ts";

describe("what is noted of endpoints", () => {
  it("is written once, and again only when it may have been forgotten", () => {
    const notes = new Notes();
    const written = (): number => {
      notes.listener(7);
      notes.forwarded(8);
      notes.serverTtl(Int32Array.of(0, 0, 0xffff, 9), 0, 0, 64, 80, true);
      return notes.length;
    };
    expect(written()).toBe(10);
    expect(written()).toBe(10);
    notes.clear(0);
    expect(written()).toBe(0);
    notes.clear(1);
    expect(written()).toBe(10);
  });

  it("is written each time where each tells something", () => {
    const notes = new Notes();
    for (let i = 0; i < 2; i++) {
      notes.talk(7);
      notes.probe(1, 2, 80, 5, true);
      notes.knock(1, 2, 80, 5);
    }
    expect(notes.length).toBe(24);
  });

  it("is kept in order where it cannot be learned yet, however much it is", () => {
    const notes = new Notes();
    for (let i = 0; i < 5000; i++) {
      if (notes.full) notes.setAside();
      notes.talk(i);
    }
    const { words, length } = notes;
    expect(length).toBe(10_000);
    expect(Array.from({ length: 5000 }, (_, i) => words[i * 2 + 1])).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    notes.clear(0);
    notes.talk(7);
    expect([notes.length, notes.words[1]]).toEqual([2, 7]);
  });
});
