import { Conversation } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

const HANDSHAKE = "cS sSA cA";
const EXCHANGE = `${HANDSHAKE} cD200 sA sD3000 cA`;

describe("both FINs came first", () => {
  it.each([
    { text: `${EXCHANGE} cF sA sF cA`, said: "fin:fin_client_first", first: "client" },
    { text: `${EXCHANGE} sF cA cF sA`, said: "fin:fin_server_first", first: "server" },
    { text: `${EXCHANGE} cF sF cA`, said: "fin:fin_client_first", first: "client" },
    { text: `${EXCHANGE} cF sA sD500 cA sF cA`, said: "fin:half_close", first: "client" },
    { text: `${EXCHANGE} sF cA cD20 cF sA`, said: "fin:half_close", first: "server" },
    // the server had closed for good: it answers by RST, and the client's own FIN was under way
    { text: `${EXCHANGE} sF cA cD300 cF sR`, said: "fin:fin_server_first", first: "server" },
    // data on the FIN itself is no half-closed use
    { text: `${EXCHANGE} cF sA sF500 cA`, said: "fin:fin_client_first", first: "client" },
    { text: `${HANDSHAKE} sF cA cF sA`, said: "fin:access_denied", first: "server" },
    { text: `${HANDSHAKE} ~9s sF cA cF sA`, said: "fin:fin_server_first", first: "server" },
    { text: `${HANDSHAKE} cF sA sF cA`, said: "fin:fin_client_first", first: "client" },
    { text: `${HANDSHAKE} cD10 sA sF cA cF sA`, said: "fin:fin_server_first", first: "server" },
  ])("$text → $said", ({ text, said, first }) => {
    const [row, ...more] = tell([new Conversation().play(text)]);
    // who was turned away was harmed, however politely
    const benign = said !== "fin:access_denied";
    expect(row).toMatchObject({ said, benign, firstFinBy: first, sender: first, connState: "SF" });
    expect(more).toEqual([]);
  });

  it("takes the order from what the FINs acknowledge, not from the capture", () => {
    const conversation = new Conversation().play(`${EXCHANGE} cF sF cA`);
    const { segments } = conversation;
    // the server's FIN, which acknowledges the client's, overtakes it in the capture
    const [client, server] = segments.splice(-3, 2);
    [client.timeUs, server.timeUs] = [server.timeUs, client.timeUs];
    segments.splice(-1, 0, server, client);
    expect(tell([conversation])[0]).toMatchObject({ said: "fin:fin_client_first", firstFinBy: "client" });
  });

  it("knows FINs that crossed", () => {
    const conversation = new Conversation().play(EXCHANGE);
    const next = { c: conversation.next("c"), s: conversation.next("s") };
    conversation.send("c", { flags: 17, ack: next.s }).send("s", { flags: 17, ack: next.c });
    expect(tell([conversation])[0]).toMatchObject({ said: "fin:fin_simultaneous", firstFinBy: "client" });
  });

  it("sees a half-closed connection in SYN, FIN and RST alone only when the FINs are far apart", () => {
    const near = new Conversation({ stepUs: 500 }).play(`${EXCHANGE} cF sA sD500 cA sF cA`);
    const far = new Conversation().play(`${EXCHANGE} cF sA sD500 ~2s cA sF cA`);
    expect(tell([near], { flags: true })[0]).toMatchObject({ said: "fin:fin_client_first" });
    expect(tell([far], { flags: true })[0]).toMatchObject({ said: "fin:half_close", confidence: 65 });
  });

  it.each([
    { text: `${EXCHANGE} cF sA sF cA =sF cA sR`, hit: true },
    // in TIME-WAIT itself a stack sends no RST; this one was aborted
    { text: `${EXCHANGE} cF sA sF cA cR`, hit: false },
    { text: `${EXCHANGE} cF sA sF cA`, hit: false },
  ])("$text: TIME-WAIT is ended early: $hit", ({ text, hit }) => {
    for (const flags of [false, true]) {
      const [{ evidence }] = tell([new Conversation().play(text)], { flags });
      expect(evidence.includes("time_wait_assassination")).toBe(hit);
    }
  });

  it("leaves a RST behind both FINs as trailing", () => {
    const [row] = tell([new Conversation().play(`${EXCHANGE} cF sA sF cA cR`)]);
    expect(row).toMatchObject({
      said: "fin:fin_client_first",
      firstRstBy: "client",
      evidence: expect.arrayContaining(["rst_trailing"]),
    });
  });
});
