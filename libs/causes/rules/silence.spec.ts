import { Conversation } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

/** Another connection, so that the capture goes on for so many seconds. */
const until = (seconds: number): Conversation =>
  new Conversation({ clientPort: 50_000, startUs: 1_700_000_000_000_000 + seconds * 1e6 }).play(
    "cS sSA cA cD sA cF sF cA",
  );
const EXCHANGE = "cS sSA cA cD200 sA sD3000 cA";
const say = (text: string, seconds: number, flags = false) =>
  tell([new Conversation().play(text), until(seconds)], { flags }).find(({ clientPort }) => clientPort === 40_000);

describe("nothing ended it", () => {
  it.each([
    { text: "cS", after: 2, said: "timeout:syn_unanswered", confidence: 65, sender: "server" },
    { text: "cS ~1s =cS ~2s =cS", after: 9, said: "timeout:syn_unanswered", confidence: 90, sender: "server" },
    { text: "cS", after: 0.5, said: "open", sender: "" },
    { text: "cS sSA ~1s =sSA ~2s =sSA", after: 9, said: "timeout:synack_unanswered", confidence: 80, sender: "client" },
    // copies that answer copies of the SYN are not the server's timer
    { text: "cS sSA =cS =sSA =cS =sSA", after: 9, said: "open", sender: "" },
    { text: "cS sSA", after: 9, said: "open", sender: "" },
    {
      text: "cS sSA cA cD ~1s =cD =sSA ~2s =cD =sSA ~4s =cD ~8s =cD",
      after: 40,
      said: "timeout:listen_overflow",
      confidence: 90,
    },
    {
      text: "cS sSA cA cD ~1s =cD ~2s =cD ~4s =cD ~8s =cD",
      after: 40,
      said: "timeout:listen_overflow",
      confidence: 65,
    },
    { text: "cS sSA cA cD ~1s =cD ~2s =cD ~4s =cD", after: 40, said: "open" },
    {
      text: `${EXCHANGE} cD ~1s =cD ~2s =cD ~4s =cD ~8s =cD`,
      after: 40,
      said: "timeout:retransmission_timeout",
      confidence: 90,
      sender: "server",
    },
    {
      text: `${EXCHANGE} sD ~1s =sD ~2s =sD ~4s =sD ~8s =sD`,
      after: 40,
      said: "timeout:retransmission_timeout",
      confidence: 90,
      sender: "client",
    },
    // acknowledged after all
    { text: `${EXCHANGE} cD ~1s =cD ~2s =cD ~4s =cD ~8s =cD sA`, after: 40, said: "open" },
    {
      text: `${EXCHANGE} cF ~1s =cF ~2s =cF ~4s =cF ~8s =cF`,
      after: 40,
      said: "timeout:retransmission_timeout",
      sender: "server",
    },
    { text: `${EXCHANGE} cF sA`, after: 90, said: "timeout:half_close_abandoned", confidence: 70, sender: "server" },
    { text: `${EXCHANGE} cF sA`, after: 30, said: "open" },
    { text: EXCHANGE, after: 4000, said: "open" },
  ])("$text, $after s later → $said", ({ text, after, ...expected }) => {
    expect(say(text, after)).toMatchObject(expected);
  });

  it.each([
    { text: "cS sSA ~1s =sSA ~2s =sSA", said: "timeout:synack_unanswered", confidence: 60 },
    { text: "cS sSA ~1s =sSA", said: "open" },
    { text: "cS sSA ~1s =sSA ~2s =sSA cF", said: "open" },
  ])("SYN, FIN and RST alone: $text → $said", ({ text, ...expected }) => {
    expect(say(text, 20, true)).toMatchObject(expected);
  });

  it("counts unanswered probes of a closed window as repetitions", () => {
    const probes = new Conversation().play(EXCHANGE);
    const seq = probes.next("s") - 1;
    for (let i = 0; i < 5; i++) probes.wait(2_000_000).send("s", { flags: 16, seq });
    expect(tell([probes, until(60)])[0]).toMatchObject({ said: "timeout:retransmission_timeout", sender: "client" });
  });

  it("is no timeout where the peer answers", () => {
    const full = new Conversation().play(`${EXCHANGE} cD1000`).send("s", { flags: 16, window: 0 });
    const next = full.next("c");
    const [heard, answer] = [full.next("s"), full.next("c")];
    for (let i = 0; i < 8; i++) {
      full.wait(8_000_000).send("c", { flags: 16, seq: next, payloadLength: 1 });
      full.send("s", { flags: 16, seq: heard, ack: answer, window: 0 });
    }
    expect(tell([full, until(300)])[0]).toMatchObject({ said: "open" });
  });

  it("is one where both repeat what the other never hears", () => {
    const cut = new Conversation().play(EXCHANGE);
    for (const seconds of [1, 2, 4, 8, 16])
      for (const side of ["c", "s"] as const) cut.wait(seconds * 1e6).send(side, { flags: 16, payloadLength: 100 });
    expect(tell([cut, until(300)])[0]).toMatchObject({ said: "timeout:retransmission_timeout" });
  });

  it("knows one direction alone for what it is", () => {
    const one = new Conversation().play("cA cD cD !sD cA");
    expect(tell([one])).toMatchObject([{ said: "not_observed", evidence: expect.arrayContaining(["one_way"]) }]);
  });
});
