import type { Segment } from "@hangup/packets";
import { describe, expect, it } from "vitest";
import { Conversation } from "./conversation.ts";
import { play, track, WHOLE } from "./testing/track.ts";

const isPlain = (s: Segment): boolean => (s.flags & 7) === 0;

/** First the segments with SYN, FIN or RST, then the others, at the times at which the capture has its packets. */
function plainLast(segments: readonly Segment[]): Segment[] {
  const times = segments.map(({ timeUs }) => timeUs);
  const moved = [...segments.filter((s) => !isPlain(s)), ...segments.filter(isPlain)];
  moved.forEach((s, i) => (s.timeUs = times[i]));
  return moved;
}

describe("a gap between SYN and FIN", () => {
  it("takes no record while only SYN, FIN and RST were captured", () => {
    const { tracker, rows } = track(play(WHOLE).filter((s) => !isPlain(s)));
    expect(tracker.rare.records.used).toBe(0);
    expect(rows).toMatchObject([{ bytes: [200, 3000], whole: [true, true] }]);
  });

  it("is a hole, which later segments fill, as soon as one of another kind was captured", () => {
    expect(track(plainLast(play(WHOLE))).rows).toMatchObject([{ bytes: [200, 3000], whole: [true, true] }]);
    const cut = plainLast(play(WHOLE)).filter((s) => s.payloadLength !== 200);
    expect(track(cut).rows).toMatchObject([{ bytes: [0, 3000], whole: [false, true] }]);
  });

  it("is a hole when its side sends its FIN again with what came before it", () => {
    const again = new Conversation().play("cS sSA cA cD200 cF");
    const fin = again.next("c") - 1;
    again.send("c", { flags: 17, seq: fin - 150, payloadLength: 150 }).play("sA");
    expect(track(plainLast(again.segments)).rows).toMatchObject([{ bytes: [200, 0], retransmits: [2, 0] }]);
    const first = again.segments.filter((s) => s.payloadLength !== 200);
    expect(track(plainLast(first)).rows).toMatchObject([{ bytes: [150, 0], whole: [false, true] }]);
  });
});
