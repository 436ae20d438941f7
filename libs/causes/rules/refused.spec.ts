import { Conversation } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

/** The same server on an open port: its SYN-ACKs tell its TTL. */
const openPort = (options = {}): Conversation =>
  new Conversation({ clientPort: 41_000, serverPort: 80, startUs: 1_699_999_990_000_000, ...options }).play(
    "cS sSA cA cD sA cF sF cA",
  );

describe("a RST answers the SYN", () => {
  it.each([
    { name: "nothing known of the host", others: [], ttl: 62, said: "refused:port_closed", confidence: 70 },
    { name: "the TTL of its SYN-ACKs", others: [openPort()], ttl: 62, said: "refused:port_closed", confidence: 90 },
    { name: "one hop off (another path)", others: [openPort()], ttl: 61, said: "refused:port_closed", confidence: 50 },
    { name: "two hops off", others: [openPort()], ttl: 60, said: "refused:firewall_reject", confidence: 80 },
    {
      name: "255 on one service only",
      others: [openPort({ serverTtl: 255 })],
      ttl: 62,
      said: "refused:port_closed",
      confidence: 70,
    },
    {
      name: "255 on two services",
      others: [openPort({ serverTtl: 255 }), openPort({ serverTtl: 255, serverPort: 81, clientPort: 41_001 })],
      ttl: 62,
      said: "refused:firewall_reject",
      confidence: 80,
    },
  ])("$name → $said", ({ others, ttl, said, confidence }) => {
    const refused = new Conversation({ serverTtl: ttl, serverPort: 8080 }).play("cS sRR");
    for (const flags of [false, true]) {
      const row = tell([...others, refused], { flags }).find(({ clientPort }) => clientPort === 40_000);
      expect(row).toMatchObject({
        said,
        confidence,
        stage: "syn",
        connState: "REJ",
        firstRstBy: "server",
        sender: "server",
      });
    }
  });

  it("knows the refusal though it was captured before the SYN", () => {
    const swapped = new Conversation().play("cS sRR");
    const [syn, rst] = swapped.segments;
    [syn.timeUs, rst.timeUs] = [rst.timeUs, syn.timeUs];
    expect(tell([swapped])).toMatchObject([{ said: "refused:port_closed", stage: "syn" }]);
  });

  it.each([
    { name: "with a window, as lwIP does", rst: { seq: 0, window: 5840 } },
    { name: "with a number of its own", rst: { seq: 4711, window: 0 } },
    { name: "with options", rst: { seq: 0, window: 0, hasOptions: true } },
  ])("knows a refusal $name", ({ rst }) => {
    const refused = new Conversation().play("cS").send("s", { flags: 20, hasOptions: false, ...rst });
    for (const flags of [false, true]) {
      expect(tell([refused], { flags })).toMatchObject([
        { said: "refused:port_closed", confidence: 50, stage: "syn", connState: "REJ" },
      ]);
    }
  });

  it("knows an abort by a server whose SYN-ACK was not captured", () => {
    const unseen = new Conversation().play("cS sSA cA sRA");
    unseen.segments.splice(1, 1);
    expect(tell([unseen])).toMatchObject([{ said: "reset:app_abort" }]);
  });

  it("counts retries with one ISN as one attempt", () => {
    const rows = tell([new Conversation().play("cS sRR ~500ms =cS sRR ~500ms =cS sRR")]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ said: "refused:port_closed", evidence: expect.arrayContaining(["refused_again"]) });
  });

  it("forgets refusals when a later copy of the SYN is answered", () => {
    const rows = tell([new Conversation().play("cS sRR ~1s =cS sSA cA cD sA cF sF cA")]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ said: "fin:fin_client_first", rstIgnored: 1, firstRstBy: "server" });
  });

  it("calls two answers to one SYN injected", () => {
    const conversation = new Conversation().play("cS sRR sSA cR");
    expect(tell([conversation])).toMatchObject([
      { said: "reset:injected", evidence: expect.arrayContaining(["two_answers"]) },
    ]);
  });

  it("takes an ICMP error for an answer while there is no other", () => {
    const unreachable = { icmp: (3 << 8) | 13, flags: 0 };
    const alone = new Conversation().play("cS");
    alone.send("c", { ...unreachable, seq: 1000 });
    expect(tell([alone])).toMatchObject([{ said: "refused:icmp_unreachable" }]);
    const answered = new Conversation().play("cS");
    answered.send("c", { ...unreachable, seq: 1000 }).play("sSA cA cD sA cF sF cA");
    expect(tell([answered])).toMatchObject([{ said: "fin:fin_client_first" }]);
    const tooLarge = new Conversation().play("cS");
    tooLarge
      .send("c", { icmp: (3 << 8) | 4, flags: 0, seq: 1000 })
      .wait(2_000_000)
      .play("=cS");
    expect(tell([tooLarge])).toMatchObject([{ said: "timeout:syn_unanswered" }]);
  });

  it("is not what acknowledges no SYN: who sent the SYN drops it, and goes on", () => {
    for (const rst of [
      { flags: 4, seq: 0, ack: 0 },
      { flags: 20, seq: 0, ack: 99 },
    ]) {
      const dropped = new Conversation().play("cS").send("s", { ...rst, window: 0, hasOptions: false });
      expect(tell([dropped.play("~1s =cS ~2s =cS")])).toMatchObject([{ said: "open", rstIgnored: 1, late: 0 }]);
    }
  });
});
