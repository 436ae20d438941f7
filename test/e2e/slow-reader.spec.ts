import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Conversation, interleave } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";
import { checkoutFile } from "@hangup/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const CONNECTIONS = 20_000;

describe("a reader of stdout that is slower than the command", () => {
  let directory: string;
  let file: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-slow-"));
    file = join(directory, "many.pcap");
    const all = Array.from({ length: CONNECTIONS }, (_, i) =>
      new Conversation({
        clientHost: 1 + (i % 4),
        clientPort: 1024 + i,
        startUs: 1_700_000_000_000_000 + i * 1000,
        stepUs: 300,
      }).play("cS sRR"),
    );
    writeFileSync(file, segmentCapture(interleave(...all)));
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it("is waited for by analyze, and gets every row", async () => {
    const child = spawn(checkoutFile("hangup"), ["analyze", "--output", "ndjson", file]);
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    await once(child.stdout, "readable");
    await sleep(1_000);
    // A pipe and what the reader has in hand hold but a small part of the rows; what is printed last holds the process.
    expect(said).not.toContain("ended");
    expect(memoryOf(child.pid)).toBeLessThan(220);
    let rows = 0;
    child.stdout.on("data", (text: Buffer) => (rows += text.toString().split("\n").length - 1));
    const [code] = (await once(child, "close")) as [number];
    expect({ code, rows }).toEqual({ code: 0, rows: CONNECTIONS });
    expect(said).toContain(`${CONNECTIONS.toLocaleString("en-US")} ended`);
  });
});

/** Resident, MB. */
function memoryOf(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
