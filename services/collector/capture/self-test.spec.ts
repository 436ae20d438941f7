import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { encapsulationsOf } from "./encapsulations.ts";
import { captureExpression } from "./expression.ts";
import { COOKED, ETHERNET } from "./link.ts";
import { testFilter } from "./self-test.ts";

const hasTcpdump = spawnSync("tcpdump", ["--version"]).status === 0;
const mustRun = process.env["CI"] !== undefined;

/** As tcpdump compiles it for a link that no interface stands behind. */
function compile(link: string, expression: string): string {
  return execFileSync("tcpdump", ["-ddd", "-y", link, expression], { encoding: "utf8" });
}

/** A tag that the kernel has taken out is known on a real interface only. */
const withoutMetadata = (name: string): boolean => !/^(two|three) VLAN tags$/.test(name);

describe.skipIf(!hasTcpdump && !mustRun)("the kernel's filter", () => {
  it.each((["all", "flags"] as const).flatMap((mode) => [ETHERNET, COOKED, "RAW"].map((link) => ({ mode, link }))))(
    "sees what it should, and no more, in mode $mode on $link",
    ({ mode, link }) => {
      const findings = testFilter(compile(link, captureExpression(mode, link, "")), mode, link);
      expect(findings.length).toBe(encapsulationsOf(link).length);
      expect(findings.filter(({ isTooMuch }) => isTooMuch)).toEqual([]);
      expect(findings.filter(({ name, isExpected }) => withoutMetadata(name) && !isExpected)).toEqual([]);
    },
  );

  it("is found out where it sees too little or too much", () => {
    const blind = testFilter(compile(ETHERNET, "ip and tcp"), "all", ETHERNET);
    expect(blind.filter(({ name }) => /^(IPv4|IPv6|VXLAN)$/.test(name))).toMatchObject([
      { name: "IPv4", isSeen: true, isExpected: true },
      { name: "IPv6", isSeen: false, isExpected: false },
      { name: "VXLAN", isSeen: false, isExpected: false },
    ]);
    const lavish = testFilter(compile(ETHERNET, "tcp"), "flags", ETHERNET);
    expect(lavish[0]).toMatchObject({ name: "IPv4", isSeen: true, isTooMuch: true });
  });

  it("keeps the user's words apart from ours", () => {
    const words = captureExpression("all", ETHERNET, "port 443 or port 80");
    const seen = testFilter(compile(ETHERNET, words), "all", ETHERNET).filter(({ isSeen }) => isSeen);
    // The packets of the test go to port 443.
    expect(seen.map(({ name }) => name)).toContain("IPv4");
    const others = captureExpression("all", ETHERNET, "port 80 or port 81");
    expect(testFilter(compile(ETHERNET, others), "all", ETHERNET).filter(({ isSeen }) => isSeen)).toEqual([]);
  });
});
