import { Conversation, type SegmentFields } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

const EXCHANGE = "cS sSA cA cD200 sA";
const bare: SegmentFields = { flags: 4, ack: 0, window: 0, hasOptions: false, hasTimestamp: false, ipId: 0 };

describe("somebody else sent the RST", () => {
  it("gives itself away by its TTL", () => {
    const filtered = new Conversation().play(EXCHANGE);
    filtered.send("s", { ...bare, ttl: 57 });
    expect(tell([filtered])[0]).toMatchObject({
      said: "reset:firewall_reset",
      confidence: 85,
      evidence: expect.arrayContaining(["ttl_foreign"]),
    });
    const near = new Conversation().play(`${EXCHANGE} cD`);
    near.send("s", { ...bare, ttl: 61 });
    expect(tell([near])[0]).toMatchObject({ said: "reset:no_connection" });
  });

  it("is less sure of the TTL where only SYN, FIN and RST were captured", () => {
    const proxied = new Conversation().play(EXCHANGE);
    proxied.send("s", { ...bare, ttl: 57 });
    expect(tell([proxied], { flags: true })[0]).toMatchObject({ confidence: 65 });
  });

  it("does not take one service's TTL of 255 for the whole host's", () => {
    const bgp = new Conversation({ serverPort: 179, serverTtl: 255, clientTtl: 255 }).play(`${EXCHANGE} cD`);
    bgp.send("s", { ...bare, ttl: 64 });
    expect(tell([bgp])[0]).toMatchObject({ said: "reset:no_connection" });
  });

  it("is betrayed by a sender that goes on", () => {
    const goesOn = new Conversation().play("cS sSA cA cD200");
    goesOn.send("s", { flags: 20 }).play("sA sD1000 cR");
    expect(tell([goesOn])[0]).toMatchObject({
      said: "reset:filter_block",
      evidence: expect.arrayContaining(["sender_goes_on", "after_request"]),
    });
  });

  it("is not betrayed by data that its own RST overtook", () => {
    const overtaken = new Conversation().play("cS sSA cA cD200 sA sD1000 cA sD500 sD500 sRA");
    const [data, rst] = overtaken.segments.slice(-2);
    [data.timeUs, rst.timeUs] = [rst.timeUs, data.timeUs];
    expect(tell([overtaken])[0]).toMatchObject({ said: "reset:app_abort" });
  });

  it("is betrayed by numbers that no stack sends in a row", () => {
    const burst = new Conversation().play(EXCHANGE);
    const seq = burst.next("s");
    burst.wait(2_000_000);
    for (const step of [0, 1460, 4380]) burst.wait(200).send("s", { flags: 20, seq: seq + step });
    expect(tell([burst])[0]).toMatchObject({ said: "reset:injected", evidence: expect.arrayContaining(["climbing"]) });
  });

  it("leaves a stack's own answers behind its abort alone", () => {
    const storm = new Conversation().play("cS sSA cA cD200 sA sD1000 cA sD100 sD100 sD100");
    storm.play("cRA");
    for (let i = 0; i < 3; i++) storm.play("sD100 cR");
    const [row] = tell([storm]);
    expect(row).toMatchObject({ said: "reset:app_abort", evidence: expect.not.arrayContaining(["climbing"]) });
  });

  it("leaves alone a stack that answers by RST+ACK behind its abort", () => {
    const abort = new Conversation().play("cS sSA cA cD200 sA sD1000 cA sD100");
    const next = abort.next("s");
    const [first, got] = [next - 100, abort.next("c")];
    for (const step of [0, 100]) abort.send("c", { flags: 16, seq: got + step, ack: first, payloadLength: 100 });
    abort.play("sRA");
    for (const step of [100, 200]) abort.send("s", { flags: 20, seq: first, ack: got + step });
    expect(tell([abort])[0]).toMatchObject({
      said: "reset:app_abort",
      evidence: expect.not.arrayContaining(["climbing"]),
    });
  });

  it("is not seen in an abort and an answer that changed places", () => {
    const swapped = new Conversation({ stepUs: 500 }).play("cS sSA cA cD200 sA sD1000 cA sD100 cRA sD100 cR");
    const [abort, , answer] = swapped.segments.slice(-3);
    [abort.timeUs, answer.timeUs] = [answer.timeUs, abort.timeUs];
    expect(tell([swapped], { flags: true })[0].evidence).not.toContain("climbing");
  });

  it("sends its RSTs to both ends", () => {
    const both = new Conversation({ stepUs: 500 }).play(EXCHANGE);
    both
      .wait(5_000_000)
      .send("s", { ...bare, ttl: 50 })
      .send("c", { ...bare, ttl: 50 });
    expect(tell([both])[0]).toMatchObject({ said: "reset:injected", evidence: expect.arrayContaining(["both_ends"]) });
    const aborts = new Conversation({ stepUs: 500 }).play("cS sSA cA cD sA sD cA ~300s sRA cRA");
    expect(tell([aborts])[0]).toMatchObject({ said: "reset:app_abort", benign: false });
  });

  it("is ignored when it misses the window and both ends go on", () => {
    const missed = new Conversation().play(EXCHANGE);
    missed.send("s", { flags: 20, seq: missed.next("s") + 5000 }).play("cD100 sA sD100 cA cF sA sF cA");
    expect(tell([missed])).toMatchObject([{ said: "fin:fin_client_first", rstIgnored: 1, firstRstBy: "server" }]);
  });
});
