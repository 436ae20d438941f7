import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CaptureDecoder, type Segment } from "@hangup/packets";
import { describe, expect, test } from "vitest";

/**
 * Every directory here holds a capture of real kernels (record.sh, README.md) and what must be read from it. The golden files were
 * compared with tshark's reading, field by field, when they were written; UPDATE_GOLDEN=1 writes them anew.
 */
const directories = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const captures = directories.map(({ name }) => {
  const directory = join(import.meta.dirname, name);
  const file =
    ["capture.pcap", "capture.pcapng"].map((base) => join(directory, base)).find((path) => existsSync(path)) ?? "";
  return { name, capture: readFileSync(file), golden: join(directory, "segments.tsv") };
});

const columns: Record<string, (segment: Segment) => string | number> = {
  packet: (segment) => segment.packetIndex,
  us: (segment) => segment.timeUs,
  interface: (segment) => segment.interfaceId,
  context: (segment) => segment.context,
  src: (segment) => address(segment.family, segment.src0, segment.src1, segment.src2, segment.src3),
  sport: (segment) => segment.srcPort,
  dst: (segment) => address(segment.family, segment.dst0, segment.dst1, segment.dst2, segment.dst3),
  dport: (segment) => segment.dstPort,
  seq: (segment) => segment.seq,
  ack: (segment) => segment.ack,
  flags: (segment) => segment.flags,
  window: (segment) => segment.window,
  payload: (segment) => segment.payloadLength,
  captured: (segment) => segment.payloadCaptured,
  ttl: (segment) => segment.ttl,
  id: (segment) => segment.ipId,
  tos: (segment) => segment.tos,
  length: (segment) => segment.ipLength,
  header: (segment) => segment.tcpHeaderLength,
  timestamps: (segment) => (segment.hasTimestamp ? `${segment.tsVal}/${segment.tsEcr}` : "-"),
  options: (segment) =>
    `${segment.mss} ${segment.windowScale} ${Number(segment.sackPermitted)}${Number(segment.fastOpen)} ${segment.mptcpResetReason}`,
  icmp: (segment) => segment.icmp,
};

function address(family: number, ...words: number[]): string {
  const used = family === 4 ? words.slice(3) : words;
  return used.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function decode(capture: Uint8Array, chunk: number): string {
  const lines = [Object.keys(columns).join("\t")];
  const decoder = new CaptureDecoder((segment) => {
    lines.push(
      Object.values(columns)
        .map((value) => String(value(segment)))
        .join("\t"),
    );
  });
  for (let at = 0; at < capture.length; at += chunk) decoder.push(capture.subarray(at, at + chunk));
  decoder.end();
  const { packets, tcp, icmp, notTcp, truncated, malformed, unsupported, fragments } = decoder.counters;
  lines.push(JSON.stringify({ packets, tcp, icmp, notTcp, truncated, malformed, unsupported, fragments }));
  return `${lines.join("\n")}\n`;
}

describe.each(captures)("$name", ({ capture, golden }) => {
  test("is read as it was sent", () => {
    const read = decode(capture, capture.length);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, read);
    expect(read).toBe(readFileSync(golden, "utf8"));
  });

  test.each([1, 100, 4096])("is read alike in chunks of %i bytes", (chunk) => {
    expect(decode(capture, chunk)).toBe(decode(capture, capture.length));
  });
});
