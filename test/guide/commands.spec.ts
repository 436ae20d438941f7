import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasTshark } from "../corpus/tshark.ts";
import { guidePages } from "./pages.ts";

const CAPTURE = join(import.meta.dirname, "../corpus/plain/capture.pcap");
const hasTcpdump = spawnSync("tcpdump", ["--version"]).status === 0;

const pages = await guidePages();
const found = (pattern: RegExp): string[] => pages.flatMap(({ text }) => (text ?? "").match(pattern) ?? []);

describe.skipIf(!hasTshark)(`Wireshark${hasTshark ? "" : ": skipped, there is no tshark"}`, () => {
  it("understands every display filter and field of the guide", () => {
    const paragraphs = found(/^Wireshark[^]*?(?=\n\n)/gm);
    const filters = paragraphs.flatMap((text) => text.match(/(?<=`)[a-z][^`]+(?=`)/g) ?? []);
    expect(paragraphs.length).toBeGreaterThanOrEqual(pages.length - 1);
    expect(filters.length).toBeGreaterThan(paragraphs.length);
    const all = filters.map((filter) => `(${filter})`).join(" || ");
    const { status, stderr } = spawnSync("tshark", ["-n", "-r", CAPTURE, "-Y", all], { encoding: "utf8" });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe.skipIf(!hasTcpdump)(`tcpdump${hasTcpdump ? "" : ": skipped, it is not installed"}`, () => {
  it.each([...new Set(found(/(?<=^tcpdump [^'\n]*')[^']+(?=')/gm))])("understands %s", (filter) => {
    const { status, stderr } = spawnSync("tcpdump", ["-d", filter], { encoding: "utf8" });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  });
});
