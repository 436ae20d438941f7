import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Conversation, interleave } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CollectorProcess } from "./testing/collector-process.ts";

/** The demo's recorded capture: 313 connections in 16.5 minutes, 232 of them to port 443. */
const DEMO = join(import.meta.dirname, "..", "demo", "capture", "demo.pcap");
const CONNECTIONS = 313;
const TO_443 = 232;

async function read(...args: string[]): Promise<CollectorProcess> {
  return readWith(0, args);
}

async function readWith(code: number, args: readonly string[], stdin?: Buffer): Promise<CollectorProcess> {
  const collector = new CollectorProcess(["--dry-run", ...args], { input: stdin && "pipe" });
  collector.child.stdin?.end(stdin);
  expect(await collector.exited).toBe(code);
  return collector;
}

/** The last tenth begins with bytes that are no record. */
function torn(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length * 0.9);
  return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(500, 0xee), bytes.subarray(at)]);
}

describe("a capture file", () => {
  let directory: string;
  let compressed: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-file-"));
    compressed = join(directory, "demo.pcap.gz");
    writeFileSync(compressed, gzipSync(readFileSync(DEMO)));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("is read to its end, plain or compressed", async () => {
    for (const file of [DEMO, compressed]) expect((await read("-r", file)).rows()).toHaveLength(CONNECTIONS);
  });

  it("is filtered by tcpdump when there is an expression", async () => {
    const rows = (await read("-r", DEMO, "port", "443")).rows();
    expect(rows).toHaveLength(TO_443);
    expect(new Set(rows.map((row) => row.server_port))).toEqual(new Set([443]));
  });

  it("is filtered the same way compressed, and from stdin", async () => {
    const words = ["port", "443"];
    expect((await read("-r", compressed, ...words)).rows()).toHaveLength(TO_443);
    for (const file of [DEMO, compressed]) {
      expect((await readWith(0, ["-r", "-", ...words], readFileSync(file))).rows()).toHaveLength(TO_443);
    }
  });

  it.each([
    { name: "cut", bytes: () => readFileSync(DEMO).subarray(0, -10), says: /cut ends in the middle of a record/ },
    { name: "cut.gz", bytes: () => readFileSync(compressed).subarray(0, -1_000), says: /cut\.gz: the gzip data ends/ },
    { name: "torn", bytes: () => torn(readFileSync(DEMO)), says: /torn is damaged in 1 place/ },
  ])("tells what can be read of a damaged one, $name, and exits 3", async ({ name, bytes, says }) => {
    const file = join(directory, name);
    writeFileSync(file, bytes());
    for (const extra of [[], ["--shift-to-now"]]) {
      const collector = await readWith(3, ["-r", file, ...extra]);
      expect(collector.stderr).toMatch(says);
      expect(collector.rows().length).toBeGreaterThan(CONNECTIONS / 2);
    }
    const filtered = await readWith(3, ["-r", file, "tcp"]);
    expect(filtered.rows().length).toBeGreaterThan(0);
    expect(filtered.stderr).toContain(file);
  });

  it("is read with the options of the decoder and of the table", async () => {
    const { segments } = new Conversation().play("cS sSA cA cD200 sA sD300 cA cF sA sF cA");
    for (const [i, segment] of segments.entries()) segment.context = i % 3;
    const bytes = segmentCapture(segments);
    const file = join(directory, "vlans.pcap");
    writeFileSync(file, bytes);
    expect((await read("-r", file)).rows()).not.toMatchObject([{ kind: "fin", client_packets: 6 }]);
    expect((await read("-r", file, "--ignore-vlans")).rows()).toMatchObject([{ kind: "fin", client_packets: 6 }]);
    // The last byte is of the last TCP header.
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(file, bytes);
    expect((await read("-r", file, "--ignore-vlans", "--verify-checksums")).rows()).toMatchObject([
      { kind: "fin", client_packets: 5 },
    ]);
    const flood = Array.from({ length: 500 }, (_, i) => new Conversation({ clientPort: 2000 + i }).play("cS ~2s =cS"));
    writeFileSync(file, segmentCapture(interleave(...flood)));
    expect((await read("-r", file)).rows()).toHaveLength(500);
    expect((await read("-r", file, "--max-memory", "30kB")).rows().length).toBeLessThan(100);
    expect(await new CollectorProcess(["-r", DEMO, "--dry-run", "--max-memory", "much"]).exited).toBe(2);
  });

  it("is written again with -w, packet by packet", async () => {
    const copy = join(directory, "copy.pcap");
    await read("-r", DEMO, "-w", copy);
    expect(readFileSync(copy).equals(readFileSync(DEMO))).toBe(true);
    expect(
      execFileSync("tcpdump", ["-n", "-r", copy, "--count"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    ).toMatch(/\d+ packets/);
  });

  it("ends now with --shift-to-now, and keeps its length", async () => {
    const before = Date.now();
    const rows = (await read("-r", DEMO, "--shift-to-now")).rows();
    const after = Date.now();
    const ends = rows.map((row) => Date.parse(row.end_time));
    const starts = rows.map((row) => Date.parse(row.start_time));
    const last = Math.max(...ends);
    expect(last).toBeGreaterThan(before - 5_000);
    expect(last).toBeLessThanOrEqual(after);
    expect(last - Math.min(...starts)).toBeGreaterThan(16 * 60_000);
  });

  it("comes as time passes with --pace", async () => {
    const began = Date.now();
    const collector = new CollectorProcess(["--dry-run", "-r", DEMO, "--shift-to-now", "--pace", "--loop"]);
    await collector.until(() => collector.rows().length >= 2);
    const rows = collector.rows();
    expect(rows.length).toBeLessThan(CONNECTIONS);
    for (const row of rows) {
      expect(Date.parse(row.start_time)).toBeGreaterThanOrEqual(began);
      expect(Date.parse(row.end_time)).toBeLessThanOrEqual(Date.now());
    }
    expect(await collector.stop()).toBe(0);
  });

  it("draws a warning before it starts when it is older than the retention", async () => {
    const collector = new CollectorProcess(["-r", DEMO, "--retention", "1ms", "--bootstrap-server", "127.0.0.1:1"]);
    expect(await collector.exited).toBe(1);
    const [warning, error] = collector.stderr.trim().split("\n");
    expect(warning).toMatch(/older than the retention .* will be refused.*--shift-to-now/);
    expect(error).toMatch(/no Kafka broker answers/);
  });
});
