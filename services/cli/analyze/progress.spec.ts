import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Conversation } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";
import { afterAll, describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "..", "main.ts");
const folder = mkdtempSync(join(tmpdir(), "hangup-progress-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "trace.pcap");
writeFileSync(path, segmentCapture(new Conversation().play("cS sSA cA cD200 sA sD300 cA cF sA sF cA").segments));

/** Twelve pieces through a pipe, slower than the line is renewed, longer than the command takes to start. */
const SLOWLY = [
  `(for at in 1 101 201 301 401 501 601 701 801 901 1001; do tail -c +$at ${path} | head -c 100; sleep 0.3; done;`,
  `tail -c +1101 ${path}) | ${process.execPath} --conditions=source ${main} analyze -`,
].join(" ");
const hasScript = spawnSync("script", ["--version"]).status === 0;

describe("how far reading has come", { timeout: 60_000 }, () => {
  it.skipIf(!hasScript)("is told on a terminal, and taken away again", () => {
    const { stdout } = spawnSync("script", ["-qec", SLOWLY, "/dev/null"], { encoding: "utf8" });
    const lines = stdout.split("\r\u001b[K");
    expect(lines.slice(1, -1)).toContainEqual(expect.stringMatching(/^stdin: [\d.]+ (?:bytes|kB), \d+ packets$/));
    expect(lines.at(-1)).toMatch(/^stdin: 11 packets, .* 1 ended/);
  });

  it("is told to nobody else", () => {
    const { stderr } = spawnSync("sh", ["-c", SLOWLY], { encoding: "utf8" });
    expect(stderr).toMatch(/^stdin: 11 packets, .* 1 ended.*\n$/);
  });
});
