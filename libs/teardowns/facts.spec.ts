import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Judge, type Verdict } from "@hangup/causes";
import { Conversation, EndedConnection, interleave, Tracker, type SideFacts } from "@hangup/connections";
import { CaptureDecoder, type Segment } from "@hangup/packets";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TeardownColumns } from "./batch.ts";
import type { Teardown } from "./columns.ts";
import { decodeBatch } from "./decode.ts";
import { encodeBatch } from "./encode.ts";
import { payloadBytes, payloadText } from "./payload-text.ts";
import { FACT_COLUMNS, hasFacts, readFacts, sawWholeCapture } from "./read-facts.ts";
import { emptyRow, fillRow } from "./row.ts";

/** What a row does not keep: no rule looks at it. */
const LEFT_OUT = {
  connection: [
    "family",
    "context",
    "sides",
    "rst",
    "rsts",
    "refusalTtl",
    "extremeTtlIsOwn",
    "finGapUs",
    "idleUs",
    "lastUs",
    "likeness",
  ],
  side: [
    "address",
    "port",
    "bytesWhole",
    "hasSeq",
    "hasAck",
    "snd",
    "acked",
    "finEnd",
    "local",
    "roundTripUs",
    "ttls",
    "isn",
  ],
  rst: ["bytesOfSender", "bytesOfPeer", "payload", "payloadKept"],
};

const CONNECTION = new EndedConnection();

/** The fields that `like` has, without these. */
function without<T extends object>(object: T, like: T, names: readonly string[]): Record<string, unknown> {
  const kept = (Object.keys(like) as (keyof T & string)[]).filter((name) => !names.includes(name));
  return Object.fromEntries(kept.map((name) => [name, object[name]]));
}

/** The facts as they must come back, and beside the fields those that rules look at only where they say something. */
function comparable(c: EndedConnection) {
  const side = (one: SideFacts) => ({
    ...without(one, CONNECTION.client, LEFT_OUT.side),
    bytes: c.flagsOnly && !one.bytesWhole ? 0 : one.bytes,
    isn: one.hasIsn ? one.isn : null,
    ttls: c.rst !== null && c.sides[c.rst.sender] === one ? one.ttls : one.ttls & 255,
  });
  const timed = c.client.sentSyn ? c.server.sentSynAck : !c.client.hasIsn && !c.server.hasIsn;
  return {
    ...without(c, CONNECTION, LEFT_OUT.connection),
    client: side(c.client),
    server: { ...side(c.server), roundTripUs: timed ? c.server.roundTripUs : 0 },
    rst: c.rst === null ? -1 : c.rsts.indexOf(c.rst),
    ttl: c.rst === null ? null : [c.refusalTtl, c.extremeTtlIsOwn],
    finGapUs: c.client.finBeyond || c.server.finBeyond ? c.finGapUs : 0,
    idleUs: c.flagsOnly ? null : Math.floor(c.idleUs),
    rsts: c.rsts.slice(0, c.rstsKept).map((rst) => without(rst, rst, LEFT_OUT.rst)),
  };
}

function said({ kind, cause, parent, confidence, benign, evidence, sender, firstFinBy, firstRstBy }: Verdict) {
  return { kind, cause, parent, confidence, benign, evidence, sender, firstFinBy, firstRstBy };
}

/** As `toEqual`, which is slow, only when there is something to tell. */
function expectSame(found: object, expected: object): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
}

/** The row with these columns alone. */
function only(columns: readonly (keyof Teardown)[], row: Teardown): Teardown {
  return Object.assign(emptyRow("", 0), Object.fromEntries(columns.map((name) => [name, row[name]])));
}

/** By `whole`, for all segments that are judged here: of most connections they know the likeness. What comes back of a row has none. */
const judges = { whole: new Judge(true), part: new Judge(false) };

/** Judges what these segments end, then what comes back of each row after its way through a message. */
function bothWays(segments: Iterable<Segment>, whole: boolean, lossy = false): number {
  const judge = whole ? judges.whole : judges.part;
  const again = new Judge(whole);
  const row = emptyRow("here", 1);
  const columns = new TeardownColumns();
  const into = new TeardownColumns();
  const back = new EndedConnection();
  let told = 0;
  const options = { settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 20, seed: 1 };
  const tracker = new Tracker(options, (ended) => {
    ended.captureLoss = lossy;
    const verdict = judge.judge(ended);
    fillRow(row, ended, verdict, { localKnown: false, whole });
    columns.clear();
    columns.append(row);
    decodeBatch(encodeBatch(columns), into);
    const stored = only(FACT_COLUMNS, into.row(0));
    expect(hasFacts(stored)).toBe(true);
    expect(sawWholeCapture(stored)).toBe(whole);
    readFacts(stored, back);
    expectSame(said(again.judge(back)), said(verdict));
    expectSame(comparable(back), comparable(ended));
    told++;
    return true;
  });
  for (const segment of segments) tracker.track(segment);
  tracker.finish();
  return told;
}

const word = fc.constantFrom(
  ..."cS =cS sSA =sSA cA sA cD sD =cD =sD cF sF =cF =sF cF20 sF90 cR sR cRA sRA cRR sRR ~20ms ~2s ~9s ~75s".split(" "),
);
const generated = fc.record({
  opening: fc.constantFrom("", "cS", "cS sSA", "cS sSA cA", "cS sSA cA cD sA sD cA"),
  words: fc.array(word, { minLength: 1, maxLength: 14 }),
  family: fc.constantFrom(4 as const, 6 as const),
  foreignTtl: fc.boolean(),
  payload: fc.option(fc.uint8Array({ minLength: 1, maxLength: 80 }), { nil: null }),
  flags: fc.boolean(),
  whole: fc.boolean(),
  lossy: fc.boolean(),
});

function carrying(fields: Partial<Segment>): Segment[] {
  return interleave(new Conversation().play("cS sSA cA cD sA").send("s", { flags: 20, ...fields }));
}

/** Many files and deep comparisons: longer than the usual limit on a busy machine. */
const LONG_MS = 60_000;

describe("a row", { timeout: LONG_MS }, () => {
  it("gives back what the rules look at, so that it is judged the same again", () => {
    let told = 0;
    fc.assert(
      fc.property(generated, ({ opening, words, family, foreignTtl, payload, flags, whole, lossy }) => {
        const played = new Conversation({ family }).play(`${opening} ${words.join(" ")}`);
        for (const segment of played.segments.filter((one) => (one.flags & 4) !== 0)) {
          if (foreignTtl) segment.ttl = 200;
          if (payload === null) continue;
          segment.buffer = payload;
          segment.payloadLength = segment.payloadCaptured = payload.length;
        }
        const segments = interleave(played).filter((segment) => !flags || (segment.flags & 7) !== 0);
        told += bothWays(segments, whole, lossy);
      }),
      { seed: 3, numRuns: 200 },
    );
    expect(told).toBeGreaterThan(200);
  });

  it("gives back a diagnostic payload and an MPTCP reason", () => {
    const payload = Uint8Array.of(0x33, 0xaa, 0, 10, 0, 0, 0, 0);
    expect(bothWays(carrying({ buffer: payload, payloadLength: 8, payloadCaptured: 8 }), true)).toBe(1);
    expect(bothWays(carrying({ mptcpResetReason: 6 }), true)).toBe(1);
  });
});

const captures = join(import.meta.dirname, "..", "..", "..", "shared", "lab", "captures");

describe.skipIf(!existsSync(captures))("a row of real stacks", { timeout: LONG_MS }, () => {
  it.each(existsSync(captures) ? readdirSync(captures) : [])("is judged the same again: %s", (folder) => {
    const directory = join(captures, folder);
    let told = 0;
    const files = readdirSync(directory).filter((name) => name.includes(".pcap"));
    for (const [i, file] of files.entries()) {
      const segments: Segment[] = [];
      const decoder = new CaptureDecoder((segment) =>
        segments.push(Object.assign(Object.create(Object.getPrototypeOf(segment) as object) as Segment, segment)),
      );
      decoder.push(readFileSync(join(directory, file)));
      decoder.end();
      told += bothWays(segments, i % 2 === 0);
    }
    expect(told).toBeGreaterThan(0);
  });
});

describe("the text of a payload", () => {
  it("holds every byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = payloadText(bytes, bytes.length);
        expect(text).toMatch(/^[ -~]*$/);
        const out = new Uint8Array(64);
        expect(payloadBytes(text, out)).toBe(bytes.length);
        expect([...out.subarray(0, bytes.length)]).toEqual([...bytes]);
      }),
      { seed: 1 },
    );
    expect(payloadText(Buffer.from("no\\\n"), 4)).toBe("no\\x5c\\x0a");
  });
});
