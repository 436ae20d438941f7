import { Conversation } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

const HANDSHAKE = "cS sSA cA";

/** Connections to one target so many seconds apart. */
const checks = (gaps: readonly number[], text = `${HANDSHAKE} cRA`): Conversation[] =>
  gaps.map((_, i) => {
    const at = gaps.slice(0, i + 1).reduce((sum, one) => sum + one, 0);
    return new Conversation({ clientPort: 20_000 + i, startUs: 1_700_000_000_000_000 + at * 1e6 }).play(text);
  });

describe("the owner cut it", () => {
  it.each([
    { text: `${HANDSHAKE} cRA`, said: "reset:app_abort", stage: "established" },
    { text: `${HANDSHAKE} sRA`, said: "reset:access_denied", stage: "established" },
    { text: `${HANDSHAKE} ~9s sRA`, said: "reset:app_abort", stage: "established" },
    {
      text: `${HANDSHAKE} cD sA sRA`,
      said: "reset:unread_data_close",
      stage: "request",
      evidence: ["access_denied_shape", "peer_waits"],
    },
    { text: `${HANDSHAKE} cD sA sD cA cRA`, said: "reset:rst_instead_of_fin", stage: "data", benign: true },
    { text: `${HANDSHAKE} cD sA sD cA ~60s sRA`, said: "reset:rst_instead_of_fin", stage: "data", benign: true },
    // the response was not all acknowledged
    { text: `${HANDSHAKE} cD sA sD cA sD sRA`, said: "reset:app_abort", stage: "data", evidence: ["data_missing"] },
    // part of the response was lost before it came by here, as the RST's number tells
    { text: `${HANDSHAKE} cD sA sD cA !sD sRA`, said: "reset:app_abort", stage: "data", evidence: ["data_missing"] },
    // repeated in vain, however short: no last word that nobody misses
    {
      text: `${HANDSHAKE} cD sA sD cA cD60 ~1s =cD60 ~2s =cD60 ~4s =cD60 ~8s =cD60 cRA`,
      said: "reset:app_abort",
      benign: false,
      evidence: ["data_missing", "repeated_to_silence"],
    },
    { text: `${HANDSHAKE} cD sA sD cA cD60 cRA`, said: "reset:rst_instead_of_fin", stage: "data" },
    // more of the response was under way
    { text: `${HANDSHAKE} cD sA sD cA cRA sD`, said: "reset:app_abort", stage: "data", evidence: ["data_missing"] },
    // the next request was, and nobody meant to cut it short
    { text: `${HANDSHAKE} cD sA sD cA sRA cD sR`, said: "reset:rst_instead_of_fin", stage: "data", benign: true },
    { text: `${HANDSHAKE} cD sA cRA`, said: "reset:app_abort", stage: "request" },
    // TCP Fast Open: the SYN carried the request
    { text: "cS100 sSA cA sRA", said: "reset:unread_data_close", stage: "request", evidence: ["peer_waits"] },
    { text: "cS100 sSA sD cA sRA", said: "reset:rst_instead_of_fin", stage: "data", benign: true },
    { text: "cS100 sSA cA cRA", said: "reset:app_abort", stage: "request" },
    {
      text: `${HANDSHAKE} sD100 cA cRA`,
      said: "reset:unread_data_close",
      stage: "request",
      evidence: ["only_peer_spoke"],
    },
    { text: `${HANDSHAKE} cD sA sD cA cD sA sRA`, said: "reset:unread_data_close", stage: "data" },
    { text: "cD sA sD cA cRA", said: "reset:rst_instead_of_fin", stage: "data", confidence: 38 },
  ])("$text → $said", ({ text, evidence = [], ...expected }) => {
    const [row] = tell([new Conversation().play(text)]);
    expect(row).toMatchObject({ ...expected, evidence: expect.arrayContaining(evidence) });
  });

  it.each([
    { text: `${HANDSHAKE} cD sA sD cA cRA`, said: "reset:app_abort", confidence: 60, benign: null },
    { text: `${HANDSHAKE} cD sA sRA`, said: "reset:unread_data_close", benign: false },
    { text: `${HANDSHAKE} sRA`, said: "reset:access_denied" },
    { text: `${HANDSHAKE} cRA`, said: "reset:app_abort", confidence: 90, benign: false },
  ])("SYN, FIN and RST alone: $text → $said", ({ text, ...expected }) => {
    expect(tell([new Conversation().play(text)], { flags: true })[0]).toMatchObject(expected);
  });

  it("does not say what is missing where one direction was captured", () => {
    expect(tell([new Conversation().play("cS !sSA cA cD !sA !sD cA cRA")])).toMatchObject([
      { said: "reset:app_abort", confidence: 60, benign: null, stage: "request", evidence: ["one_way"] },
    ]);
  });

  it("knows from an abort's acknowledgement that the handshake was complete", () => {
    const [row] = tell([new Conversation().play("cS !sSA !cA !cD !sD cRA")], { flags: true });
    expect(row).toMatchObject({ said: "reset:app_abort", stage: "request" });
  });

  it("takes a closed window for unread data", () => {
    const full = new Conversation().play(`${HANDSHAKE} cD sA sD5000`);
    full.send("c", { flags: 16, window: 0 }).play("sD10 cRA");
    expect(tell([full])[0]).toMatchObject({
      said: "reset:unread_data_close",
      evidence: expect.arrayContaining(["window_closed"]),
    });
  });

  it("knows a prober that gave up", () => {
    const probed = new Conversation().play(`${HANDSHAKE} cD sA sD cA`);
    const seq = probed.next("c") - 1;
    for (let i = 0; i < 3; i++) probed.wait(75_000_000).send("c", { flags: 16, seq });
    probed.wait(75_000_000).play("cRA");
    expect(tell([probed])[0]).toMatchObject({ said: "reset:keepalive_timeout", confidence: 90 });
    const answered = new Conversation().play(`${HANDSHAKE} cD sA sD cA`);
    for (let i = 0; i < 3; i++) answered.wait(75_000_000).send("c", { flags: 16, seq }).play("sA");
    expect(tell([answered.play("cRA")])[0]).toMatchObject({ said: "reset:rst_instead_of_fin" });
  });

  it("keeps MPTCP's reason", () => {
    const subflow = new Conversation().play(`${HANDSHAKE} cD sA`);
    subflow.send("c", { flags: 20, mptcpResetReason: 2 });
    expect(tell([subflow])[0]).toMatchObject({ said: "reset:mptcp_abort", confidence: 95 });
  });

  it("takes a bare RST at its sender's own number, answering nothing, for an abort", () => {
    const bare = new Conversation().play(`${HANDSHAKE} cD sA sD cA`);
    bare.send("c", { flags: 4, ack: 0, window: 0, hasOptions: false, hasTimestamp: false });
    expect(tell([bare])[0]).toMatchObject({ said: "reset:rst_instead_of_fin" });
    const answer = new Conversation().play(`${HANDSHAKE} cD sA sD cA sD cR`);
    expect(tell([answer])[0]).toMatchObject({
      said: "reset:no_connection",
      evidence: expect.arrayContaining(["answers_segment"]),
    });
  });

  describe("a health check", () => {
    it.each([
      { name: "every 10 s", gaps: [0, 10, 10.5, 9.8, 10], said: "reset:probe_close", benign: true },
      { name: "every two minutes", gaps: [0, 120, 121, 119], said: "reset:probe_close", benign: true },
      { name: "at no interval", gaps: [0, 10, 25, 4], said: "reset:app_abort", benign: false },
      { name: "twice only", gaps: [0, 10], said: "reset:app_abort", benign: false },
    ])("$name → $said", ({ gaps, said, benign }) => {
      for (const flags of [false, true]) {
        const rows = tell(checks(gaps), { flags });
        expect(rows).toHaveLength(gaps.length);
        for (const row of rows)
          expect(row).toMatchObject({ said, benign, evidence: expect.arrayContaining(["probe_shape"]) });
      }
    });

    it("sends no data", () => {
      expect(tell(checks([0, 10, 10], `${HANDSHAKE} cD sA cRA`)).map(({ said }) => said)).toEqual(
        Array<string>(3).fill("reset:app_abort"),
      );
    });
  });

  it("takes the payload of a SYN for said only where the SYN-ACK acknowledges it", () => {
    const unheard = new Conversation({ clientIsn: 1000, serverIsn: 5000 }).play("cS100");
    unheard.send("s", { flags: 18, ack: 1001 }).send("c", { flags: 16, seq: 1001, ack: 5001 });
    unheard.send("s", { flags: 20, seq: 5001, ack: 1001 });
    expect(tell([unheard])).toMatchObject([{ said: "reset:access_denied" }]);
  });
});
