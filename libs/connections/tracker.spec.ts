import type { Segment } from "@hangup/packets";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Conversation, interleave } from "./conversation.ts";
import { FILE, kept, type Kept, play, track, WHOLE } from "./testing/track.ts";
import { Tracker } from "./tracker.ts";

const flagsOf = (text: string): Segment[] => play(text).filter((segment) => (segment.flags & 7) !== 0);

describe("one connection", () => {
  it("counts packets and bytes, and remembers how it went", () => {
    const { rows } = track(play(WHOLE));
    expect(rows).toEqual([
      expect.objectContaining({
        endedBy: "fin",
        packets: [6, 5],
        bytes: [200, 3000],
        whole: [true, true],
        history: "ShADadFf",
        connState: "SF",
        isn: [1000, 5000],
        rttUs: 10_000,
        durationUs: 90_000,
        late: 0,
      }),
    ]);
  });

  it.each([
    {
      name: "a retransmission",
      text: "cS sSA cA cD200 =cD200 sA sD3000 cA cF sA sF cA",
      bytes: [200, 3000],
      again: [1, 0],
    },
    { name: "a longer retransmission", text: "cS sSA cA cD200 cD100 =cD300 sA cF sF", bytes: [300, 0], again: [1, 0] },
    { name: "a FIN with data", text: "cS sSA cA cD200 sA cF sF900 cA", bytes: [200, 900], again: [0, 0] },
    { name: "a sequence number that wraps", text: WHOLE, bytes: [200, 3000], again: [0, 0], isn: 0xffffffff - 50 },
  ])("counts every byte once: $name", ({ text, bytes, again, isn }) => {
    const { rows } = track(play(text, { clientIsn: isn, serverIsn: isn }));
    expect(rows).toMatchObject([{ endedBy: "fin", bytes, retransmits: again, whole: [true, true] }]);
  });

  it("does not call a count exact while bytes are missing, or the beginning is", () => {
    expect(track(play("cS sSA cA cD200 !cD100 cD50 cF sF")).rows).toMatchObject([
      { bytes: [250, 0], whole: [false, true] },
    ]);
    expect(track(play("cD200 sA sD300 cA cF sF")).rows).toMatchObject([
      { bytes: [200, 300], whole: [false, false], midstream: true, direction: 70 },
    ]);
  });

  it("is one though its two directions pass in two VLANs", () => {
    const segments = play(WHOLE);
    for (const segment of segments) segment.context = segment.srcPort === 443 ? 7 : 5;
    expect(track(segments).rows).toMatchObject([{ endedBy: "fin", packets: [6, 5] }]);
  });

  it("is one though only requests pass in a tunnel: what resets them is its own", () => {
    const asked = new Conversation().send("c", { flags: 16, ack: 7000, payloadLength: 10 });
    const unknown = asked.send("s", { flags: 4, seq: 7000, ack: 0 }).segments;
    for (const segment of unknown) segment.context = segment.srcPort === 443 ? 0 : 5;
    expect(track(unknown).rows).toMatchObject([{ endedBy: "rst", packets: [1, 1] }]);
    unknown[1].seq++;
    expect(track(unknown).rows).toMatchObject([{ packets: [1, 0] }, { endedBy: "rst" }]);
  });

  it("is two when two VLANs hold it whole", () => {
    const rows = track(
      interleave(new Conversation({ context: 5 }).play(WHOLE), new Conversation({ context: 7 }).play(WHOLE)),
    ).rows;
    expect(rows).toMatchObject([{ packets: [6, 5] }, { packets: [6, 5] }]);
  });

  it.each([
    { text: "cS", connState: "S0" },
    { text: "cS cA cD", connState: "S0" },
    { text: "cS sSA", connState: "S1" },
    { text: "cS sSA cA", connState: "S1" },
    { text: "!cS sSA cA", connState: "S1" },
    { text: "cS sSA cA cF", connState: "S2" },
    { text: "cS sSA cA sF", connState: "S3" },
    { text: "cS sRR", connState: "REJ" },
    { text: "cS sSA cA cRA", connState: "RSTO" },
    { text: "cS sSA cA sRA", connState: "RSTR" },
    { text: "cS sSA sRA", connState: "RSTR" },
    { text: "cS cRA", connState: "RSTOS0" },
    { text: "cS cA cRA", connState: "OTH" },
    { text: "!cS sSA sRA", connState: "RSTRH" },
    { text: "cS cF", connState: "SH" },
    { text: "cD sA", connState: "OTH" },
    { text: "cD sA sRA", connState: "RSTRH" },
    { text: "cD sA cRA", connState: "OTH" },
  ])("$text has Zeek's state $connState", ({ text, connState }) => {
    expect(track(play(text)).rows).toMatchObject([{ connState }]);
  });

  it.each([
    { text: "cS sSA cA cD sA", history: "ShADa" },
    { text: "!cS sSA cA cD sA", history: "^hADa" },
    { text: "sA cD sF", history: "^aDf" },
    { text: `cS sSA cA cD ${"=cD ".repeat(12)}`, history: "ShADTT" },
  ])("$text has Zeek's history $history", ({ text, history }) => {
    expect(track(play(text)).rows).toMatchObject([{ history }]);
  });

  it("ends no sooner than it began where the clock of the capture steps back", () => {
    for (const text of [WHOLE, "cS sSA cA cD sA sRA"]) {
      const segments = play(text);
      for (const segment of segments.slice(4)) segment.timeUs -= 3_600_000_000;
      const { rows } = track(segments);
      expect(rows).toHaveLength(1);
      expect(rows[0].durationUs).toBeLessThanOrEqual(0);
    }
  });

  it("believes a FIN far beyond all data captured where the peer has acknowledged so much", () => {
    for (const acks of [[20_000_000], [9_000_000, 18_000_000, 20_000_000]]) {
      const filtered = new Conversation({ serverIsn: 5000 }).play("cS sSA cA cD sA");
      for (const ack of acks) filtered.send("c", { flags: 16, ack: 5001 + ack });
      filtered.send("s", { flags: 17, seq: 5001 + 20_000_000 }).send("c", { flags: 17, ack: 5002 + 20_000_000 });
      expect(track(filtered.segments).rows).toMatchObject([{ endedBy: "fin", whole: [true, false] }]);
    }
    const wild = new Conversation({ serverIsn: 5000 }).play("cS sSA cA cD sA");
    wild.send("s", { flags: 17, seq: 5001 + 20_000_000 }).play("cF sA");
    expect(track(wild.segments).rows).toMatchObject([{ fins: [true, false] }]);
  });

  it("tells the direction by a listener seen elsewhere", () => {
    const known = new Conversation({ serverPort: 50_000, clientPort: 1024 }).play(WHOLE);
    const midstream = new Conversation({ serverPort: 50_000, clientPort: 1025, startUs: 1_700_000_001_000_000 }).play(
      "cD sD",
    );
    expect(track(interleave(known, midstream)).rows[1]).toMatchObject({ ports: [1025, 50_000], direction: 90 });
    expect(track(midstream.segments).rows[0]).toMatchObject({ ports: [50_000, 1025], direction: 70 });
  });

  it("finds the bytes in the numbers where only SYN, FIN and RST were captured", () => {
    expect(track(flagsOf(WHOLE)).rows).toMatchObject([
      { flagsOnly: true, bytes: [200, 3000], whole: [true, true], stage: "data" },
    ]);
    expect(track(flagsOf("cS sSA cA cD200 sA sD700 cA cRA")).rows).toMatchObject([
      { bytes: [200, 700], stage: "data" },
    ]);
    expect(track(flagsOf("cS sSA cA cD200 sA cF sA")).rows).toMatchObject([{ bytes: [200, 0], whole: [true, false] }]);
    expect(track(flagsOf("cS cD200 sA cF sD9 sF")).rows).toMatchObject([{ bytes: [200, 0], whole: [true, false] }]);
    expect(track(flagsOf("cS sSA cA cD200 sD700 cRA sRA")).rows).toMatchObject([{ connState: "RSTR" }]);
  });
});

describe("handshakes of other shapes", () => {
  const syn = { flags: 2, ack: 0 };

  it.each([
    {
      name: "both sides ask at once",
      begin: () =>
        new Conversation()
          .send("c", { ...syn, seq: 1000 })
          .send("s", { ...syn, seq: 5000 })
          .send("c", { flags: 18, seq: 1000, ack: 5001 })
          .send("s", { flags: 18, seq: 5000, ack: 1001 }),
      packets: [2, 2],
    },
    {
      name: "the server asks back instead of answering",
      begin: () =>
        new Conversation()
          .send("c", { ...syn, seq: 1000 })
          .send("s", { ...syn, seq: 5000 })
          .send("c", { flags: 18, seq: 1000, ack: 5001 })
          .send("s", { flags: 16, seq: 5001, ack: 1001 }),
      packets: [2, 2],
    },
    {
      name: "the server acknowledges first and asks then",
      begin: () =>
        new Conversation()
          .send("c", { ...syn, seq: 1000 })
          .send("s", { flags: 16, seq: 0, ack: 1001 })
          .send("s", { ...syn, seq: 5000 })
          .send("c", { flags: 18, seq: 1000, ack: 5001 })
          .send("s", { flags: 16, seq: 5001, ack: 1001 }),
      packets: [2, 3],
    },
  ])("are one connection of whoever asked first: $name", ({ begin, packets }) => {
    const conversation = begin()
      .send("c", { flags: 24, seq: 1001, ack: 5001, payloadLength: 100 })
      .send("s", { flags: 17, seq: 5001, ack: 1101 })
      .send("c", { flags: 17, seq: 1101, ack: 5002 })
      .send("s", { flags: 16, seq: 5002, ack: 1102 });
    expect(track(conversation.segments).rows).toMatchObject([
      {
        endedBy: "fin",
        ports: [40_000, 443],
        packets: [packets[0] + 2, packets[1] + 2],
        bytes: [100, 0],
        whole: [true, true],
        isn: [1000, 5000],
        direction: 100,
        midstream: false,
      },
    ]);
  });

  it("may be seen from one side only", () => {
    const oneSided = play("cS !sSA cA cD200 !sA !sD3000 cA cF !sF cA");
    expect(track(oneSided).rows).toMatchObject([
      { endedBy: "none", packets: [6, 0], bytes: [200, 0], connState: "SH", history: "SADF", direction: 100 },
    ]);
    const answersOnly = play("!cS sSA !cA !cD200 sA sD3000 !cA !cF sA sF");
    expect(track(answersOnly).rows).toMatchObject([
      { endedBy: "none", packets: [0, 5], bytes: [0, 3000], connState: "SHR", isn: [1000, 5000] },
    ]);
  });
});

describe("what a connection went through", () => {
  it("a FIN that is sent again is sent again once, and is no probe", () => {
    expect(track(play("cS sSA cA cD200 sA cF ~1s =cF ~2s =cF")).rows).toMatchObject([
      { retransmits: [2, 0], probes: [0, 0] },
    ]);
  });

  it("keepalive probes are neither payload nor sent again, and an answer ends their count", () => {
    const idle = new Conversation().play("cS sSA cA cD200 sA ~60s");
    const probe = { flags: 16, seq: idle.next("c") - 1 };
    idle
      .send("c", probe)
      .play("sA ~60s")
      .send("c", { ...probe, payloadLength: 1 })
      .wait(60_000_000)
      .send("c", probe);
    expect(track(idle.segments).rows).toMatchObject([
      { bytes: [200, 0], whole: [true, true], retransmits: [0, 0], probes: [2, 0], idleUs: 60_010_000 },
    ]);
  });

  it("a closed window stands in the history, once a side", () => {
    const full = new Conversation().play("cS sSA cA cD200");
    for (const window of [0, 0, 500]) full.send("s", { flags: 16, window });
    expect(track(full.play("cD100 sA cF sF cA").segments).rows).toMatchObject([
      { history: "ShADwaFf", bytes: [300, 0], endedBy: "fin" },
    ]);
  });

  it("a RST stands in the history again when its number changed, however else it differs", () => {
    const reset = new Conversation().play("cS sSA cA cD200 cRA");
    const seq = reset.next("c");
    reset.send("c", { flags: 4, seq, ack: 0 });
    expect(track(reset.segments).rows).toMatchObject([{ history: "ShADR", rsts: [2, 0] }]);
    reset.send("c", { flags: 4, seq: seq + 1, ack: 0 }).send("s", { flags: 4, seq: seq + 1, ack: 0 });
    expect(track(reset.segments).rows).toMatchObject([{ history: "ShADRRr", rsts: [4, 0] }]);
  });

  it("up to four TTLs of each side, those of RSTs left out", () => {
    const moved = new Conversation().play("cS sSA cA");
    for (const ttl of [63, 62, 63, 61, 60]) moved.send("c", { flags: 16, ttl });
    moved.send("s", { flags: 4, ttl: 33 });
    expect(track(moved.segments).rows).toMatchObject([{ ttls: [[64, 63, 62, 61], [62]] }]);
  });
});

describe("one tuple, several connections", () => {
  const again = { clientIsn: 800_000, serverIsn: 900_000, startUs: 1_700_000_001_000_000 };

  it("begins anew when the SYN-ACK answers another ISN", () => {
    const rows = track(interleave(new Conversation().play(WHOLE), new Conversation(again).play(WHOLE))).rows;
    expect(rows).toMatchObject([{ isn: [1000, 5000] }, { isn: [800_000, 900_000] }]);
  });

  it("lets three trail: a SYN into TIME-WAIT, the ACK, the RST", () => {
    const closed = new Conversation().play(WHOLE);
    closed.send("c", { flags: 2, seq: 800_000, ack: 0 }).send("s", { flags: 16 }).play("cR");
    expect(track(closed.segments).rows).toMatchObject([{ endedBy: "fin", packets: [8, 6], rsts: [1, 0] }]);
  });

  it("takes no stray SYN for a connection while the old one goes on", () => {
    const live = new Conversation().play("cS sSA cA cD200 sA");
    live.send("c", { flags: 2, seq: 800_000, ack: 0 }).play("sA cD100 sA cF sA sF cA");
    expect(track(live.segments).rows).toMatchObject([{ endedBy: "fin", bytes: [300, 0] }]);
  });

  it("takes it for one when nothing of the old follows", () => {
    const live = new Conversation().play("cS sSA cA cD200 sA");
    live.wait(5_000_000).send("c", { flags: 2, seq: 800_000, ack: 0 });
    expect(track(live.segments).rows).toMatchObject([{ stage: "request" }, { stage: "syn" }]);
  });

  it("counts a RST that was ignored once, and nothing behind it as late", () => {
    const live = new Conversation().play("cS sSA").send("c", { flags: 4, seq: 77, ack: 0 });
    expect(track(live.play("cA cD200 sA sD900 cA cF sF cA").segments).rows).toMatchObject([
      { endedBy: "fin", rsts: [1, 1], late: 0 },
    ]);
  });

  it("goes on with one row whatever follows a RST", () => {
    expect(track(play("cS sSA cA cD200 cRA sD100 cR sD100 cR ~500s sD100 cR")).rows).toMatchObject([
      { endedBy: "rst", rsts: [3, 0], late: 5 },
    ]);
  });
});

describe("reordering", () => {
  it("ends the same however segments within a window are shuffled", () => {
    const text = "cS sSA cA cD200 cD300 cD400 sA sD1000 sD1000 sD1000 cA cA cD50 sA sD20 cA cF sA sF cA";
    const expected = track(play(text)).rows[0];
    const order = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(order, (moves) => {
        const segments = play(text);
        const times = segments.map(({ timeUs }) => timeUs);
        // the handshake and the two FINs stay where they are: their order says who began and who ended it
        for (let i = 3; i < segments.length - 5; i++) {
          const j = Math.min(segments.length - 5, i + moves[i % moves.length]);
          [segments[i], segments[j]] = [segments[j], segments[i]];
        }
        segments.forEach((segment, i) => (segment.timeUs = times[i]));
        const [row, ...more] = track(segments).rows;
        expect(more).toEqual([]);
        for (const same of [
          "endedBy",
          "packets",
          "bytes",
          "whole",
          "isn",
          "fins",
          "stage",
          "connState",
          "durationUs",
        ] as const)
          expect(row[same]).toEqual(expected[same]);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it("accepts a SYN captured behind its connection's first segments", () => {
    const segments = play(WHOLE);
    segments.push(...segments.splice(0, 2));
    segments.forEach((segment, i) => (segment.timeUs = 1_700_000_000_000_000 + i * 1000));
    expect(track(segments).rows).toMatchObject([
      { endedBy: "fin", isn: [1000, 5000], bytes: [200, 3000], whole: [true, true] },
    ]);
  });

  it("does not call a count exact of which the first bytes came before the SYN and behind later ones", () => {
    const segments = play("cS sSA cA cD200 sA sD1000 sD2000 cA cF sF cA");
    // Acknowledgement and FIN of the end first, the data behind the SYN-ACK, the SYN at the end.
    const order = [10, 9, 4, 1, 7, 6, 3, 8, 5, 0, 2];
    const shuffled = order.map((from, i) =>
      Object.assign(segments[from], { timeUs: 1_700_000_000_000_000 + i * 1000 }),
    );
    expect(track(shuffled).rows).toMatchObject([{ endedBy: "fin", isn: [1000, 5000], whole: [false, false] }]);
  });
});

describe("time", () => {
  const LIVE = { settleUs: 1_000_000 };

  it("judges a live row so long after its end, once, and counts what comes in between", () => {
    const rows: Kept[] = [];
    const tracker = new Tracker({ ...FILE, ...LIVE }, (ended) => rows.push(kept(ended)) > 0);
    const conversation = new Conversation().play("cS sSA cA cD200 sA cRA sD50 cR ~3s sD50 cR");
    const [late1, late2] = conversation.segments.slice(-2);
    for (const segment of conversation.segments.slice(0, -2)) tracker.track(segment);
    tracker.advance(conversation.segments[5].timeUs + 900_000);
    expect(rows).toEqual([]);
    tracker.advance(conversation.segments[5].timeUs + 1_100_000);
    expect(rows).toMatchObject([{ occasion: "settled", endedBy: "rst", late: 2 }]);
    tracker.track(late1);
    tracker.track(late2);
    tracker.finish();
    expect(rows).toHaveLength(1);
  });

  it("looks at a live connection that has fallen silent, and keeps it while it is only idle", () => {
    const seen: string[] = [];
    const tracker = new Tracker({ ...FILE, ...LIVE }, (ended) => {
      seen.push(`${ended.occasion} ${ended.client.port}`);
      return ended.occasion !== "silence" || ended.client.port === 1;
    });
    const silent = new Conversation({ clientPort: 1 }).play("cS");
    const idle = new Conversation({ clientPort: 2 }).play("cS sSA cA cD sA");
    for (const segment of interleave(silent, idle)) tracker.track(segment);
    for (let second = 0; second < 400; second++) tracker.advance(1_700_000_000_000_000 + second * 1e6);
    expect(new Set(seen)).toEqual(new Set(["silence 1", "silence 2"]));
    expect(seen.filter((line) => line === "silence 1")).toHaveLength(1);
    tracker.finish();
    expect(seen.at(-1)).toBe("stopped 2");
  });

  it("is moved by no single wrong timestamp", () => {
    const conversation = new Conversation().play(WHOLE);
    conversation.segments[4].timeUs += 90 * 86_400e6;
    expect(track(conversation.segments, LIVE).rows).toMatchObject([{ endedBy: "fin", packets: [6, 5] }]);
  });
});
