import type { Teardown } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";
import { Replay, shiftRow } from "./replay.ts";
import { teardown } from "./testing/teardown.ts";

const SECOND = 1_000_000;

function replayOf(ends: readonly number[], loop: boolean) {
  const out: Teardown[] = [];
  const replay = new Replay(loop, (row) => out.push(row));
  for (const end of ends) replay.take(teardown({ start_time: end - 500, end_time: end, server_port: end / SECOND }));
  replay.begin(10 * SECOND, 20 * SECOND, 1_000 * SECOND);
  return { out, replay };
}

describe("Replay", () => {
  it("gives each event out a second after its end, counted from now", () => {
    const { out, replay } = replayOf([15 * SECOND, 11 * SECOND], false);
    expect(replay.advance(1_002 * SECOND - 1)).toBe(true);
    expect(out).toEqual([]);
    replay.advance(1_002 * SECOND);
    expect(out).toMatchObject([
      { seq: 0, end_time: 1_001 * SECOND, start_time: 1_001 * SECOND - 500, judged_time: 1_002 * SECOND },
    ]);
    expect(replay.advance(1_100 * SECOND)).toBe(false);
    expect(out.map(({ seq, end_time }) => [seq, end_time / SECOND])).toEqual([
      [0, 1_001],
      [1, 1_005],
    ]);
  });

  it("begins again at the end, with times and seq that go on", () => {
    const { out, replay } = replayOf([11 * SECOND, 20 * SECOND], true);
    expect(replay.advance(1_024 * SECOND)).toBe(true);
    expect(out.map(({ seq, end_time }) => [seq, end_time / SECOND])).toEqual([
      [0, 1_001],
      [1, 1_010],
      [2, 1_013],
      [3, 1_022],
    ]);
  });

  it("ends at once without events", () => {
    expect(replayOf([], true).replay.advance(5_000 * SECOND)).toBe(false);
  });
});

describe("shiftRow", () => {
  it("moves every time and no duration", () => {
    const row = shiftRow(teardown(), 5);
    expect(row).toMatchObject({
      start_time: 1_000_005,
      end_time: 2_000_005,
      judged_time: 3_000_005,
      duration_us: 1_000_000,
    });
  });
});
