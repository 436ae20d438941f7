import { Conversation, type SegmentFields } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

const EXCHANGE = "cS sSA cA cD200 sA";

/** A RST+ACK with this payload. */
function carrying(payload: Uint8Array): SegmentFields {
  return { flags: 20, buffer: payload, payloadLength: payload.length, payloadCaptured: payload.length };
}

function diagnostic(code: number, enterprise = 0, magic = 0x33aa): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(magic, 0);
  bytes.writeUInt16BE(code, 2);
  bytes.writeUInt32BE(enterprise, 4);
  return bytes;
}

function judged(payload: Uint8Array) {
  return tell([new Conversation().play(EXCHANGE).send("s", carrying(payload))])[0];
}

describe("a RST that states its reason", () => {
  it.each([
    { code: 3, said: "reset:data_after_close" },
    { code: 4, said: "reset:app_abort" },
    { code: 5, said: "reset:invalid_segment" },
    { code: 6, said: "reset:unexpected_syn" },
    { code: 10, said: "reset:resource_abort" },
  ])("with diagnostic code $code is believed: $said", ({ code, said }) => {
    const row = judged(diagnostic(code));
    expect(row).toMatchObject({ said, confidence: 95 });
    expect(row.evidence).toEqual(expect.arrayContaining(["rst_payload", "rst_diagnostic"]));
  });

  it("says it in both capture modes", () => {
    const stated = new Conversation().play(EXCHANGE).send("s", carrying(diagnostic(10)));
    expect(tell([stated], { flags: true })[0]).toMatchObject({ said: "reset:resource_abort", confidence: 95 });
  });

  it.each([
    { name: "a code that is none of our causes", payload: diagnostic(14), stated: true },
    { name: "a vendor's own code", payload: diagnostic(4, 32_473), stated: true },
    { name: "another magic", payload: diagnostic(10, 0, 0x33ab), stated: false },
    { name: "the reserved code 0", payload: diagnostic(0), stated: false },
    { name: "a payload too short", payload: diagnostic(10).subarray(0, 7), stated: false },
    { name: "a payload too long", payload: Buffer.concat([diagnostic(10), Buffer.of(0)]), stated: false },
  ])("leaves the cause to the packets with $name", ({ payload, stated }) => {
    const row = judged(payload);
    expect(row.said).toBe("reset:unread_data_close");
    expect(row.evidence.includes("rst_diagnostic")).toBe(stated);
    expect(row.evidence).toContain("rst_payload");
  });

  it("may carry words, which stay evidence", () => {
    expect(judged(Buffer.from("closed by policy\r\n"))).toMatchObject({
      said: "reset:unread_data_close",
      evidence: expect.arrayContaining(["rst_payload", "rst_text"]),
    });
    expect(judged(Buffer.from([1, 2, 3, 65, 66])).evidence).not.toContain("rst_text");
  });
});
