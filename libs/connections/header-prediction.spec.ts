import { createHash } from "node:crypto";
import { CaptureDecoder, type Segment, SYN } from "@hangup/packets";
import { packet, PcapBuilder, segmentCapture } from "@hangup/packets/builder";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INPUT_BYTES } from "./arena-layout.ts";
import { Conversation, interleave } from "./conversation.ts";
import { STRIDE } from "./layout.ts";
import type { NotesOfShare } from "./shared-notes.ts";
import { FILE, kept } from "./testing/track.ts";
import { Tracker } from "./tracker.ts";
import type { TrackerCounters } from "./tracking.ts";

interface Followed {
  readonly told: readonly unknown[];
  /** Digests of the records of all connections and of the packets remembered last when the capture has ended. */
  readonly records: string;
  readonly recent: string;
  /** Digest of what is yet to be learned. */
  readonly noted: string;
  /** What other shares were told, and of which segments. */
  readonly exchanged: readonly NotesOfShare[];
  readonly nowUs: number;
  readonly decoded: object;
  readonly tracked: TrackerCounters;
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
  const exchanged: NotesOfShare[] = [];
  const exchange = { exchange: (own: NotesOfShare) => (exchanged.push(own), [own]) };
  const options = { ...FILE, settleUs, maxMemoryBytes: 2 ** 20, ...(share === undefined ? {} : { exchange }) };
  const tracker = new Tracker(options, (ended) => {
    told.push(kept(ended));
    return ended.endedBy !== "none" || ended.occasion !== "silence";
  });
  let handedOut = 0;
  const take = (s: Segment): void => {
    handedOut++;
    if (share === undefined) tracker.track(s);
    else tracker.trackShared(s);
  };
  const others =
    share === undefined ? null : { ...share, passOver: (s: Segment) => (handedOut++, tracker.passOver(s)) };
  const decoder = new CaptureDecoder(take, { flagsOnly }, others, fast ? tracker.fastPath : null);
  for (let at = 0, turn = 0; at < bytes.length; at += chunk, turn++) {
    const piece = bytes.slice(at, at + chunk);
    const { input } = decoder;
    // By turns from where it lies, and from where it need not be copied; that may be used again then.
    if (input === null || turn % 3 === 2 || piece.length > input.length) decoder.push(piece);
    else {
      input.set(piece);
      decoder.push(input.subarray(0, piece.length));
      input.fill(0xa5, 0, piece.length);
    }
  }
  decoder.end();
  const { table, notes, now: nowUs } = tracker;
  const records = digest(table.arena.words.subarray(0, table.high * STRIDE));
  const recent = digest(table.arena.recent);
  const noted = digest(notes.words.subarray(0, notes.length));
  tracker.finish();
  return {
    told,
    records,
    recent,
    noted,
    exchanged,
    nowUs,
    decoded: decoder.counters,
    tracked: tracker.counters,
    taken: decoder.counters.packets - handedOut,
  };
}

function digest(words: Int32Array): string {
  return createHash("sha1").update(words).digest("hex");
}

/** The fast way leaves nothing behind that the slow way does not. Answers what it does. */
function expectSame(capture: Uint8Array, chunk: number, way: Omit<Way, "fast"> = {}): Followed {
  const fast = follow(capture, chunk, { ...way, fast: true });
  expect({ ...fast, taken: 0 }).toEqual({ ...follow(capture, chunk, { ...way, fast: false }), taken: 0 });
  return fast;
}

/** How connections begin, most as they should; `!` loses a segment, `=` sends it again. */
const openings = fc.constantFrom(
  ...Array.from({ length: 6 }, () => "cS sSA cA cD100 sA sD500 cA"),
  "cS sSA cA sD500 cA",
  "cS =cS sSA =sSA cA",
  "cS ~3s =cS ~3s =cS sSA cA cD100",
  "cS cA sSA cA cD100",
  "cS cD100 sSA cA",
  "cS cR sSA cA",
  "cS cF sSA cA",
  "cS sSA !cA cD100 sA",
  "cS100 sSA cA sD100",
  "cS sSA100 cA",
  "cS sRR ~1ms cS sSA cA",
  "sSA cA cD100",
  "cD100 sD100",
);
/** What both sides say then, and pauses. */
const words = fc.constantFrom(
  ..."cS sSA cA cD200 sA sD3000 cD60000 sD60000 sD1 cD1 cA sA cF sF cF20 sF20 cR sRA sRR =cD200 =sD3000 =sA =cF !sD100 !cA cS sSA".split(
    " ",
  ),
  ..."~1ms ~3s ~20s ~90s".split(" "),
);
const texts = fc
  .tuple(openings, fc.array(words, { maxLength: 40 }))
  .map(([opening, said]) => `${opening} ${said.join(" ")}`);
const conversations = fc.array(
  fc.record({
    text: texts,
    clientPort: fc.integer({ min: 1, max: 4 }).map((n) => 40_000 + n * 1111),
    serverPort: fc.constantFrom(443, 50_000),
    timestamps: fc.boolean(),
    clientTtl: fc.constantFrom(64, 64, 63, 255, 2),
    clientIsn: fc.constantFrom(1000, 0xffffff00),
    startUs: fc.integer({ min: 0, max: 30_000_000 }),
    context: fc.constantFrom(0, 0, 0, 7),
  }),
  { minLength: 1, maxLength: 4 },
);
/** Segments changed on their way: which, and how. */
const changes = fc.array(
  fc.record({
    at: fc.oneof(fc.nat(3), fc.nat(8), fc.nat(200)),
    change: fc.constantFrom<(s: Segment) => void>(
      (s) => (s.window = 0),
      (s) => (s.ttl = 57),
      (s) => (s.ttl = 255),
      (s) => (s.ttl = 2),
      (s) => (s.ipId = 0),
      (s) => Object.assign(s, { ipId: 0, ttl: s.ttl - 1 }),
      (s) => (s.ipId = (s.ipId + 999) & 0xffff),
      (s) => (s.seq = (s.seq + 100) >>> 0),
      (s) => (s.ack = (s.ack - 50) >>> 0),
      (s) => (s.ack = (s.ack + 70_000) >>> 0),
      (s) => (s.ack = (s.ack + 20_000_000) >>> 0),
      (s) => (s.hasTimestamp = !s.hasTimestamp),
      (s) => (s.timeUs -= 700_000),
      (s) => (s.timeUs -= 100_000_000),
      (s) => (s.timeUs -= 40 * 86_400_000_000),
      (s) => (s.flags ^= 16),
    ),
  }),
  { maxLength: 5 },
);

/** Bytes of the capture file changed, behind its header. */
const damages = fc.array(fc.record({ at: fc.nat(4000), value: fc.nat(255) }), { maxLength: 4 });

/** Bytes changed of one record, in its header and in those of its packet: the lengths above all, flags, window and options. */
const RECORD_HEADER = 16;
const flaws = fc.array(
  fc.record({
    record: fc.oneof(fc.nat(3), fc.nat(100)),
    at: fc.oneof(
      fc.constantFrom(0, 3, 4, 6, 8, 11, 12, 15),
      fc.constantFrom(12, 16, 17, 20, 22, 23, 46, 46, 46, 47, 48, 49, 54, 55, 57).map((n) => RECORD_HEADER + n),
    ),
    change: fc.constantFrom(1, 2, 8, 10, 16, 255),
  }),
  { maxLength: 3 },
);

/** Where the records of a pcap begin. */
function recordsOf(capture: Uint8Array): number[] {
  const view = new DataView(capture.buffer, capture.byteOffset);
  const starts: number[] = [];
  for (let at = 24; at < capture.length; at += RECORD_HEADER + view.getUint32(at + 8, true)) starts.push(at);
  return starts;
}

/** Copies on a second interface, 1 ms later and so many hops farther. */
const withCopies = (all: readonly Segment[], every: number, hops: number): Segment[] =>
  all.flatMap((s, i) =>
    i % every === 0 ? [s, Object.assign(Object.create(s), { ttl: s.ttl - hops, timeUs: s.timeUs + 1000 })] : [s],
  );

/** What stacks differ in: options of SYNs, and whether packets carry an IP-ID. And clocks: of nanoseconds some. */
interface Dress {
  readonly synOptions: boolean;
  readonly ipIds: boolean;
  readonly nanoseconds: boolean;
}

function dress(s: Segment, { synOptions, ipIds, nanoseconds }: Dress, i: number): void {
  if (synOptions && (s.flags & SYN) !== 0) Object.assign(s, { mss: 1460, windowScale: 7, sackPermitted: true });
  if (!ipIds) s.ipId = 0;
  if (nanoseconds) s.timeUs += (i % 4) / 4;
}

describe("header prediction", () => {
  it("changes nothing of what is told and counted, whatever is said and however it is captured", () => {
    let taken = 0;
    fc.assert(
      fc.property(
        conversations,
        changes,
        damages,
        flaws,
        fc.record({ every: fc.integer({ min: 2, max: 50 }), hops: fc.constantFrom(0, 1) }),
        fc.record({ synOptions: fc.boolean(), ipIds: fc.boolean(), nanoseconds: fc.boolean() }),
        // Behind 2038 seconds need their highest bit.
        fc.constantFrom(1.7e15, 1.7e15, 1.7e15, 2.2e15),
        fc.constantFrom(262_144, 262_144, 96, 72, 60, 54),
        fc.integer({ min: 40, max: 9000 }),
        (all, some, bytes, faults, { every, hops }, clothes, epochUs, snapLength, chunk) => {
          const said = interleave(
            ...all.map(({ text, startUs, ...options }) =>
              new Conversation({ ...options, startUs: epochUs + startUs }).play(text),
            ),
          );
          said.forEach((s, i) => dress(s, clothes, i));
          const segments = withCopies(said, every, hops);
          for (const { at, change } of some) if (at < segments.length) change(segments[at]);
          const capture = segmentCapture(segments, { snapLength, nanoseconds: clothes.nanoseconds });
          const starts = recordsOf(capture);
          for (const { record, at, change } of faults)
            if (record < starts.length) capture[starts[record] + at] ^= change;
          for (const { at, value } of bytes) if (24 + at < capture.length) capture[24 + at] = value;
          for (const way of [
            {},
            { live: true },
            { flagsOnly: true },
            { share: { index: 0, of: 2 } },
            { share: { index: 1, of: 2 } },
          ]) {
            taken += expectSame(capture, chunk, way).taken;
          }
        },
      ),
      { seed: 30, numRuns: 400 },
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

  it("knows a silence that is too long for its record", () => {
    const startUs = 1_700_000_000_000_000;
    const silent = new Conversation({ startUs }).play("cS sSA cA cD100 ~5000s cD100");
    const other = new Conversation({ startUs: startUs + 4_999_000_000, clientPort: 5555 }).play(
      "cS sSA cA cD100 ~950ms cD1 sA ~100ms cD1",
    );
    // What the other says before has set the clock.
    const capture = segmentCapture(interleave(silent, other));
    expect(expectSame(capture, 1e6).taken).toBe(7);
  });

  it("finds the connections of one tuple in many VLANs", () => {
    const text = "cS sSA cA cD200 sA sD300 cA cF sF cA";
    const vlans = Array.from({ length: 60 }, (_, i) =>
      new Conversation({ context: (i + 7) % 60, startUs: 1_700_000_000_000_000 + i * 3000 }).play(text),
    );
    const later = new Conversation({ clientIsn: 777, startUs: 1_700_000_090_000_000 }).play(text);
    for (const way of [{}, { live: true }, { flagsOnly: true }])
      expect(expectSame(segmentCapture(interleave(...vlans, later)), 1e6, way).tracked.connections).toBe(61);
  });

  it("opens as many connections as are begun, though memory and index are too small for them", () => {
    const handshakes = Array.from({ length: 9000 }, (_, i) =>
      new Conversation({
        clientHost: 1 + (i % 250),
        serverHost: 1 + (i % 7),
        clientPort: 1024 + Math.floor(i / 250),
        serverPort: 1000 + (i % 3),
        startUs: 1_700_000_000_000_000 + i * 700,
      }).play(i % 5 === 0 ? "cS sSA cA cD100 sA cF sF cA" : "cS"),
    );
    const capture = segmentCapture(interleave(...handshakes));
    for (const way of [{}, { live: true }, { flagsOnly: true }]) {
      const fast = expectSame(capture, 1 << 16, way);
      expect(fast.tracked.evictedHalfOpen).toBeGreaterThan(100);
      expect(fast.taken).toBeGreaterThan(3000);
    }
  });

  it("reads whatever options a SYN has as every stack does", () => {
    const timestamps = [8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
    const option = fc.constantFrom(timestamps, [0], [0, 2], [1], [2, 4, 5, 180], [4, 2], [8, 8], [8], [10], [30, 12]);
    const optionBytes = fc.array(option, { maxLength: 12 }).map((options) => options.flat().slice(0, 36));
    fc.assert(
      fc.property(fc.array(optionBytes, { minLength: 3, maxLength: 30 }), (all) => {
        const pcap = new PcapBuilder();
        const ends = { src: "10.0.0.1", dst: "10.0.1.1" };
        all.forEach((rawOptions, i) =>
          pcap.add(
            1_700_000_000_000_000 + i,
            packet()
              .tcp({ srcPort: 1000 + i, dstPort: 80, flags: "S", seq: i, rawOptions })
              .ipv4(ends)
              .ethernet(),
          ),
        );
        // All but the two that set the clock.
        expect(expectSame(pcap.bytes(), 1e6).taken).toBe(all.length - 2);
      }),
      { seed: 31, numRuns: 200 },
    );
  });

  it("goes on where a buffer is larger than what it looks at in one piece", () => {
    const capture = segmentCapture(
      new Conversation().play(`cS sSA cA cD200 ${"sD3000 cA ".repeat(300)} cF sF cA`).segments,
    );
    expect(capture.length).toBeGreaterThan(3 * INPUT_BYTES);
    const fast = expectSame(capture, capture.length);
    // All but three of the beginning, and at three ends of pieces the record that goes on in the next.
    expect(fast.taken).toBe(601);
  });
});
