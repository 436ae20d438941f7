import { Conversation } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

const said = (conversation: Conversation, flags = false) => tell([conversation], { flags })[0];

describe("a RST before or at the end of the handshake", () => {
  it("is the client's own when it answers the SYN-ACK", () => {
    expect(said(new Conversation().play("cS sSA cR"))).toMatchObject({
      said: "reset:client_cancelled_handshake",
      confidence: 90,
      benign: true,
      stage: "handshake",
    });
    expect(said(new Conversation().play("cS sSA cR"), true)).toMatchObject({
      said: "reset:client_cancelled_handshake",
    });
  });

  it("is no cancelled handshake when nobody had asked for the SYN-ACK", () => {
    const stray = new Conversation()
      .send("s", { flags: 18, ack: 77 })
      .send("c", { flags: 4, seq: 77, ack: 0, window: 0, hasOptions: false });
    expect(said(stray)).toMatchObject({ said: "reset:no_connection" });
  });

  it("is no cancelled handshake once the client has acknowledged", () => {
    expect(said(new Conversation().play("cS sSA cA sD cR"))).toMatchObject({ said: "reset:no_connection" });
  });

  it.each([0x40000000, 7_000_000])("is invalid_segment when it answers a number that was never offered: %i", (ack) => {
    const bad = new Conversation().play("cS sSA");
    bad.send("c", { flags: 16, ack });
    bad.send("s", { flags: 4, seq: ack, ack: 0, window: 0, hasOptions: false, hasTimestamp: false });
    expect(said(bad)).toMatchObject({
      said: "reset:invalid_segment",
      evidence: expect.arrayContaining(["ack_never_offered"]),
    });
  });

  it("is a full accept queue when the server's bare RST answers the final ACK", () => {
    expect(said(new Conversation().play("cS sSA cA sR"))).toMatchObject({
      said: "reset:listen_overflow",
      confidence: 90,
    });
    expect(said(new Conversation().play("cS sSA cA sR"), true)).toMatchObject({
      said: "reset:listen_overflow",
      confidence: 60,
    });
    // data in between drew it: nobody knows the connection
    expect(said(new Conversation().play("cS sSA cA cD sR"))).toMatchObject({ said: "reset:no_connection" });
    // a silent overflow: after its last SYN-ACK the server knows nothing of it
    const unheard = "cS sSA cA cD ~1s =cD =sSA cA ~2s =cD =sSA cA ~4s =cD ~8s =cD ~60s =cD sR";
    expect(said(new Conversation().play(unheard))).toMatchObject({ said: "reset:listen_overflow", confidence: 90 });
  });

  it.each([false, true])(
    "is no full accept queue when it comes long after the handshake (flags alone: %s)",
    (flags) => {
      const killed = new Conversation({ clientIsn: 1000 }).play("cS sSA cA ~7200s");
      killed.send("c", { flags: 16, seq: 1000 }).play("sR");
      expect(said(killed, flags)).toMatchObject({ said: "reset:no_connection" });
    },
  );

  it("is no invalid_segment where flags alone are captured and much was sent", () => {
    const long = new Conversation().play("cS sSA cA cD sD60000 cA sD60000 cA cD sR");
    for (const flags of [false, true]) expect(said(long, flags)).toMatchObject({ said: "reset:no_connection" });
  });

  it("goes on when the client's RST answered a misfit and its SYN comes again", () => {
    const halfOpen = new Conversation().play("cS");
    halfOpen
      .send("s", { flags: 16, seq: 700, ack: 800 })
      .send("c", { flags: 4, seq: 800, ack: 0, window: 0, hasOptions: false });
    halfOpen.wait(1_000_000).play("=cS sSA cA cD sA cF sA sF cA");
    const rows = tell([halfOpen]);
    expect(rows).toMatchObject([{ said: "fin:fin_client_first", rstIgnored: 1 }]);
  });

  it("is unexpected_syn when a SYN came into a live connection and its sender reset it", () => {
    const reborn = new Conversation().play("cS sSA cA cD sA ~5s");
    reborn.send("c", { flags: 2, seq: 900_000, ack: 0 }).send("s", { flags: 16 });
    reborn.play("cR");
    reborn
      .wait(1_000_000)
      .send("c", { flags: 2, seq: 900_000, ack: 0 })
      .send("s", { flags: 18, seq: 70_000, ack: 900_001 });
    const rows = tell([reborn]);
    expect(rows[0]).toMatchObject({ said: "reset:unexpected_syn" });
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({ said: "open", stage: "handshake" });
  });

  it("ends the server's SYN-ACKs as synack_unanswered", () => {
    expect(said(new Conversation().play("cS sSA ~1s =sSA ~2s =sSA ~4s sRA"))).toMatchObject({
      said: "reset:synack_unanswered",
    });
  });
});
