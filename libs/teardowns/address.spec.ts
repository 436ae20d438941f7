import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddress, parseAddress } from "./address.ts";

const hex = (text: string): string => Buffer.from(parseAddress(text) ?? []).toString("hex");

describe("parseAddress", () => {
  test.each([
    { text: "192.0.2.1", bytes: "00000000000000000000ffffc0000201" },
    { text: "0.0.0.0", bytes: "00000000000000000000ffff00000000" },
    { text: "::", bytes: "00000000000000000000000000000000" },
    { text: "::1", bytes: "00000000000000000000000000000001" },
    { text: "2001:DB8::a:0:0:1", bytes: "20010db80000000000a0000000000001".replace("00a0", "000a") },
    { text: "1:2:3:4:5:6:7:8", bytes: "00010002000300040005000600070008" },
    { text: "fe80::", bytes: "fe800000000000000000000000000000" },
    { text: "::ffff:192.0.2.1", bytes: "00000000000000000000ffffc0000201" },
    { text: "64:ff9b::192.0.2.33", bytes: "0064ff9b0000000000000000c0000221" },
    { text: "1:2:3:4:5:6:192.0.2.1", bytes: "000100020003000400050006c0000201" },
  ])("$text", ({ text, bytes }) => {
    expect(hex(text)).toBe(bytes);
  });

  test.each([
    "",
    "1.2.3",
    "256.0.0.1",
    "1.2.3.4.5",
    "01.2.3.4",
    "::g",
    "1::2::3",
    "1:2:3:4:5:6:7",
    ":::",
    "fe80::1%eth0",
    "[::1]",
    "::1/128",
    "localhost",
  ])("'%s' is none", (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

describe("formatAddress: RFC 5952", () => {
  test.each([
    { text: "2001:db8:0:0:1:0:0:1", canonical: "2001:db8::1:0:0:1", section: "4.2.3 the first of equal runs" },
    { text: "2001:0:0:1:0:0:0:1", canonical: "2001:0:0:1::1", section: "4.2.3 the longest run" },
    { text: "2001:db8:0:1:1:1:1:1", canonical: "2001:db8:0:1:1:1:1:1", section: "4.2.2 no run of one" },
    { text: "2001:0DB8::00AB", canonical: "2001:db8::ab", section: "4.1, 4.3 no leading zeros, lower case" },
    { text: "0:0:0:0:0:0:0:0", canonical: "::", section: "all zeros" },
    { text: "1:0:0:0:0:0:0:0", canonical: "1::", section: "a run at the end" },
    { text: "::ffff:c000:201", canonical: "192.0.2.1", section: "IPv4-mapped, as IPv4" },
    { text: "::fffe:c000:201", canonical: "::fffe:c000:201", section: "nearly mapped" },
  ])("$section: $text → $canonical", ({ text, canonical }) => {
    expect(formatAddress(parseAddress(text) ?? new Uint8Array())).toBe(canonical);
  });

  test("what is printed is read back as the same bytes, and is how the URL standard prints it", () => {
    const zeros = fc.array(fc.constantFrom(0, 0, 0, 1, 0xab, 0xffff), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(zeros, (groups) => {
        const bytes = Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
        const text = formatAddress(bytes);
        expect(parseAddress(text)).toEqual(bytes);
        // Node's URL parser follows the WHATWG serializer, which compresses by the same rules.
        const full = groups.map((group) => group.toString(16)).join(":");
        const expected = text.includes(".") ? text : new URL(`http://[${full}]/`).hostname.slice(1, -1);
        expect(text).toBe(expected);
      }),
      { seed: 5952, numRuns: 2_000 },
    );
  });
});
