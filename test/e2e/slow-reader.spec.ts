import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Conversation, interleave } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";
import { checkoutFile } from "@hangup/service";
import { expect, it } from "vitest";

const CONNECTIONS = 3_000;

it("analyze waits for a reader that is slower than it is, and every row reaches it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "hangup-slow-"));
  try {
    const file = join(directory, "many.pcap");
    const all = Array.from({ length: CONNECTIONS }, (_, i) =>
      new Conversation({ clientPort: 1024 + i }).play("cS sRR"),
    );
    writeFileSync(file, segmentCapture(interleave(...all)));
    const child = spawn(checkoutFile("hangup"), ["analyze", "--output", "ndjson", file]);
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    await once(child.stdout, "readable");
    await sleep(1_000);
    // The summary comes when all rows are printed: a pipe and what the reader has in hand hold but a small part of them.
    expect(said).not.toContain("ended");
    let rows = 0;
    child.stdout.on("data", (text: Buffer) => (rows += text.toString().split("\n").length - 1));
    const [code] = (await once(child, "close")) as [number];
    expect({ code, rows, summary: said.includes(`${CONNECTIONS.toLocaleString("en-US")} ended`) }).toEqual({
      code: 0,
      rows: CONNECTIONS,
      summary: true,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
