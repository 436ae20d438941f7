import { CaptureError, DecodeCounters } from "@hangup/packets";
import { HangupError } from "@hangup/service";
import { describe, expect, it } from "vitest";
import { captureDamages, captureFault } from "./capture-fault.ts";

describe("captureFault", () => {
  it.each([
    { reason: "not_a_capture", code: "HANGUP_NOT_A_CAPTURE" },
    { reason: "truncated_header", code: "HANGUP_CAPTURE_TRUNCATED" },
    { reason: "link_type", code: "HANGUP_LINK_TYPE" },
    { reason: "version", code: "HANGUP_NOT_A_CAPTURE" },
  ] as const)("$reason is $code and names the file", ({ reason, code }) => {
    expect(captureFault(new CaptureError(reason, "what it is"), "x.pcap")).toMatchObject({
      code,
      message: "x.pcap: what it is",
    });
  });

  it("names an unreadable file once", () => {
    const fault = captureFault(new CaptureError("unreadable", "cannot read x.pcap: it is a directory"), "x.pcap");
    expect(fault).toBeInstanceOf(HangupError);
    expect(fault).toMatchObject({ code: "HANGUP_FILE", message: "cannot read x.pcap: it is a directory" });
  });

  it("leaves other errors as they are", () => {
    const error = new RangeError("a fault of ours");
    expect(captureFault(error, "x.pcap")).toBe(error);
  });
});

describe("captureDamages", () => {
  it.each([
    { name: "a whole one", change: {}, damage: "", says: [] },
    { name: "a cut one", change: { cutRecords: 1 }, damage: "", says: [/^x ends in the middle.* 7 whole packets/] },
    { name: "damage", change: { damages: 1, damagedBytes: 9 }, damage: "", says: [/in 1 place: 9 bytes/] },
    {
      name: "all of it",
      change: { cutRecords: 1, damages: 2, damagedBytes: 9 },
      damage: "the gzip stream ends early",
      says: [/^x: the gzip stream ends early$/, /middle of a record/, /in 2 places/],
    },
  ])("$name", ({ change, damage, says }) => {
    const found = captureDamages("x", Object.assign(new DecodeCounters(), { packets: 7 }, change), damage);
    expect(found).toEqual(says.map((pattern) => expect.stringMatching(pattern) as unknown));
  });
});
