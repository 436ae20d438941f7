import { PAYLOAD_KEPT } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { statedReason } from "./stated-reason.ts";

function rst(hex: string, mptcpReason = -1) {
  const bytes = Buffer.from(hex, "hex");
  const payload = new Uint8Array(PAYLOAD_KEPT);
  payload.set(bytes);
  return { payload, payloadKept: bytes.length, payloadLength: bytes.length, mptcpReason };
}

describe("statedReason", () => {
  it.each([
    // The examples of the draft.
    { hex: "33aa000200000000", reason: "diagnostic 2: desynchronized state" },
    { hex: "33aa000e00000000", reason: "diagnostic 14: connection timeout" },
    { hex: "33aa04d200007ed9", reason: "diagnostic 1234 of enterprise 32473" },
    { hex: "33aaffff00000000", reason: "diagnostic 65535" },
    { hex: "33aa000100000001ff", reason: "" },
    { hex: "", reason: "" },
  ])("of payload $hex: '$reason'", ({ hex, reason }) => {
    expect(statedReason(rst(hex))).toBe(reason);
  });

  it.each([
    { mptcp: 0, reason: "mptcp 0: unspecified error" },
    { mptcp: 6, reason: "mptcp 6: middlebox interference" },
    { mptcp: 99, reason: "mptcp 99" },
  ])("of MPTCP reason $mptcp: '$reason'", ({ mptcp, reason }) => {
    expect(statedReason(rst("", mptcp))).toBe(reason);
  });

  it("does not read a payload that the capture has cut", () => {
    expect(statedReason({ ...rst("33aa000e00000000"), payloadLength: 80 })).toBe("");
  });
});
