import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run as analyze } from "../analyze.ts";
import { run as why } from "../why.ts";
import { refuseGivenTwice } from "./given-twice.ts";

const folder = mkdtempSync(join(tmpdir(), "hangup-given-twice-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
for (const name of ["a.pcap", "b.pcap"]) writeFileSync(file(name), "the same bytes");
mkdirSync(file("directory"));
linkSync(file("a.pcap"), file("hard.pcap"));
symlinkSync(file("a.pcap"), file("soft.pcap"));
symlinkSync(file("circle.pcap"), file("circle.pcap"));

describe("a file that is given twice", () => {
  it.each([
    { names: ["a.pcap", "b.pcap", "a.pcap"], says: `${file("a.pcap")} is given twice` },
    { names: ["a.pcap", "directory/../a.pcap"], says: "are one file" },
    { names: ["b.pcap", "hard.pcap", "soft.pcap"], says: `${file("hard.pcap")} and ${file("soft.pcap")} are one file` },
    { names: ["none.pcap", "none.pcap"], says: `${file("none.pcap")} is given twice` },
    { names: ["a.pcap/none", "a.pcap/none"], says: "is given twice" },
  ])("is named: $names", ({ names, says }) => {
    expect(() => refuseGivenTwice(names.map((name) => `${folder}/${name}`))).toThrow(says);
  });

  it("may be stdin", () => {
    expect(() => refuseGivenTwice(["-", "-"])).toThrow("- is given twice: its packets would count twice");
  });

  it("is another matter than two files with the same bytes, or that are not there", () => {
    const paths = ["a.pcap", "b.pcap", "none.pcap", "nor.pcap", "circle.pcap"].map(file);
    expect(() => refuseGivenTwice([...paths, "-"])).not.toThrow();
  });

  it.each([
    { name: "analyze", ask: () => analyze([file("a.pcap"), file("soft.pcap")]) },
    {
      name: "why",
      ask: () => why(["10.0.0.1:1", "10.0.0.2:2", "--pcap", file("a.pcap"), "--pcap", file("soft.pcap")]),
    },
  ])("is refused by $name as a usage error", async ({ ask }) => {
    await expect(ask()).rejects.toMatchObject({
      message: `${file("a.pcap")} and ${file("soft.pcap")} are one file: its packets would count twice`,
      remedy: "Name each file once",
      exitCode: 2,
    });
  });
});
