import { CaptureDecoder, type Segment } from "@hangup/packets";
import { segmentCapture } from "@hangup/packets/builder";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INPUT_BYTES } from "./arena-layout.ts";
import { Conversation, interleave } from "./conversation.ts";
import { STRIDE } from "./layout.ts";
import { FILE, kept } from "./testing/track.ts";
import { Tracker } from "./tracker.ts";
import { asc } from "./wasm/asc.ts";
import { WALK } from "./wasm/walk.wasm.ts";

interface Followed {
  readonly told: readonly unknown[];
  /** The records of all connections and the packets remembered last, bit by bit, when the capture has ended. */
  readonly records: string;
  readonly recent: string;
  /** What is yet to be learned. */
  readonly noted: string;
  readonly nowUs: number;
  readonly decoded: object;
  readonly tracked: object;
  /** Packets that the fast path took. */
  readonly taken: number;
}

interface Way {
  readonly fast: boolean;
  readonly live?: boolean;
  readonly flagsOnly?: boolean;
  readonly share?: { readonly index: number; readonly of: number };
}

/** All that is made of a capture, read in chunks of this many bytes. */
function follow(bytes: Uint8Array, chunk: number, { fast, live = false, flagsOnly = false, share }: Way): Followed {
  const told: unknown[] = [];
  const settleUs = live ? 1_000_000 : null;
  const tracker = new Tracker({ ...FILE, settleUs, maxMemoryBytes: 2 ** 20 }, (ended) => {
    told.push(kept(ended));
    return ended.endedBy !== "none" || ended.occasion !== "silence";
  });
  let handedOut = 0;
  const take = (s: Segment): void => {
    handedOut++;
    tracker.track(s);
  };
  const others =
    share === undefined ? null : { ...share, passOver: (s: Segment) => (handedOut++, tracker.passOver(s)) };
  const decoder = new CaptureDecoder(take, { flagsOnly }, others, fast ? tracker.fastPath : null);
  for (let at = 0; at < bytes.length; at += chunk) decoder.push(bytes.slice(at, at + chunk));
  decoder.end();
  const { table, notes, now: nowUs } = tracker;
  const records = hex(table.arena.words.subarray(0, table.high * STRIDE));
  const recent = hex(table.arena.recent);
  const noted = hex(notes.words.subarray(0, notes.length));
  tracker.finish();
  return {
    told,
    records,
    recent,
    noted,
    nowUs,
    decoded: decoder.counters,
    tracked: tracker.counters,
    taken: decoder.counters.packets - handedOut,
  };
}

function hex({ buffer, byteOffset, byteLength }: Int32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}

/** What both sides say, and pauses; `!` loses a segment, `=` sends it again. */
const words = fc.constantFrom(
  ..."cS sSA cA cD200 sA sD3000 sD1 cD1 cA sA cF sF cR sRA sRR =cD200 =sD3000 =sA !sD100 !cA cS sSA".split(" "),
  ..."~1ms ~3s ~20s ~90s".split(" "),
);
const texts = fc.array(words, { maxLength: 40 }).map((said) => `cS sSA cA cD100 sA sD500 cA ${said.join(" ")}`);
const conversations = fc.array(
  fc.record({
    text: texts,
    clientPort: fc.integer({ min: 1, max: 4 }).map((n) => 40_000 + n * 1111),
    serverPort: fc.constantFrom(443, 50_000),
    timestamps: fc.boolean(),
    clientIsn: fc.constantFrom(1000, 0xffffff00),
    startUs: fc.integer({ min: 0, max: 30_000_000 }).map((us) => 1_700_000_000_000_000 + us),
    context: fc.constantFrom(0, 0, 0, 7),
  }),
  { minLength: 1, maxLength: 4 },
);
/** Segments changed on their way: which, and how. */
const changes = fc.array(
  fc.record({
    at: fc.nat(200),
    change: fc.constantFrom<(s: Segment) => void>(
      (s) => (s.window = 0),
      (s) => (s.ttl = 57),
      (s) => (s.ipId = 0),
      (s) => Object.assign(s, { ipId: 0, ttl: s.ttl - 1 }),
      (s) => (s.ipId = (s.ipId + 999) & 0xffff),
      (s) => (s.seq = (s.seq + 100) >>> 0),
      (s) => (s.ack = (s.ack - 50) >>> 0),
      (s) => (s.ack = (s.ack + 20_000_000) >>> 0),
      (s) => (s.hasTimestamp = !s.hasTimestamp),
      (s) => (s.timeUs -= 700_000),
      (s) => (s.flags ^= 16),
    ),
  }),
  { maxLength: 5 },
);

/** Bytes of the capture file changed, behind its header. */
const damages = fc.array(fc.record({ at: fc.nat(4000), value: fc.nat(255) }), { maxLength: 4 });

/** Copies on a second interface, 1 ms later and one hop farther. */
const withCopies = (all: readonly Segment[], every: number): Segment[] =>
  all.flatMap((s, i) =>
    i % every === 0 ? [s, Object.assign(Object.create(s), { ttl: s.ttl - 1, timeUs: s.timeUs + 1000 })] : [s],
  );

describe("header prediction", () => {
  it("changes nothing of what is told and counted, whatever is said and however it is captured", () => {
    let taken = 0;
    fc.assert(
      fc.property(
        conversations,
        changes,
        damages,
        fc.integer({ min: 2, max: 50 }),
        fc.integer({ min: 40, max: 9000 }),
        (all, some, bytes, every, chunk) => {
          const segments = withCopies(
            interleave(...all.map(({ text, ...options }) => new Conversation(options).play(text))),
            every,
          );
          for (const { at, change } of some) if (at < segments.length) change(segments[at]);
          const capture = segmentCapture(segments);
          for (const { at, value } of bytes) if (24 + at < capture.length) capture[24 + at] = value;
          for (const way of [
            {},
            { live: true },
            { flagsOnly: true },
            { share: { index: 0, of: 2 } },
            { share: { index: 1, of: 2 } },
          ]) {
            const slow = follow(capture, chunk, { ...way, fast: false });
            const fast = follow(capture, chunk, { ...way, fast: true });
            expect({ ...fast, taken: 0 }).toEqual({ ...slow, taken: 0 });
            taken += fast.taken;
          }
        },
      ),
      { seed: 30, numRuns: 150 },
    );
    expect(taken).toBeGreaterThan(5000);
  });

  it("takes what is usual, and leaves what others have to learn of", () => {
    const text = "cS sSA cA cD200 sA sD3000 cA cD200 sA sD3000 cA cF sA sF cA";
    const capture = segmentCapture(new Conversation().play(text).segments);
    // Left are the two that set the clock, and the first segment with none of SYN, FIN and RST.
    expect(follow(capture, 1e6, { fast: true }).taken).toBe(12);
    expect(follow(capture, 1e6, { fast: false }).taken).toBe(0);
  });

  it("goes on where a buffer is larger than what it looks at in one piece", () => {
    const capture = segmentCapture(
      new Conversation().play(`cS sSA cA cD200 ${"sD3000 cA ".repeat(300)} cF sF cA`).segments,
    );
    expect(capture.length).toBeGreaterThan(3 * INPUT_BYTES);
    const fast = follow(capture, capture.length, { fast: true });
    // All but three of the beginning, and at three ends of pieces the record that goes on in the next.
    expect(fast.taken).toBe(601);
    expect({ ...fast, taken: 0 }).toEqual(follow(capture, capture.length, { fast: false }));
  });

  it("is compiled from what stands beside it", async () => {
    expect(await asc("walk.ts")).toBe(WALK);
  });
});
