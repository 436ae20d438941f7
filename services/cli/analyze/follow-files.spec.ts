import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { Conversation, interleave } from "@hangup/connections";
import type { Segment } from "@hangup/packets";
import { packet, PcapBuilder, PcapngBuilder, segmentCapture, segmentPacket } from "@hangup/packets/builder";
import { teardownToObject, type TeardownValue } from "@hangup/teardowns";
import { afterAll, describe, expect, it } from "vitest";
import { followFiles, type Followed, type FollowOptions } from "./follow-files.ts";
import { summaryLine } from "./summary.ts";

const folder = mkdtempSync(join(tmpdir(), "hangup-follow-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

interface Told extends Followed {
  readonly rows: readonly Record<string, TeardownValue>[];
  readonly lines: readonly string[];
}

async function follow(paths: readonly string[], options: Partial<FollowOptions> = {}): Promise<Told> {
  const rows: Record<string, TeardownValue>[] = [];
  const lines: string[] = [];
  const tell = (line: string): number => lines.push(line);
  const followed = await followFiles(
    paths,
    { command: "hangup analyze", all: true, tell, summarize: (summary) => tell(summaryLine(summary)), ...options },
    (row) => rows.push(teardownToObject(row)),
  );
  return { ...followed, rows, lines };
}

const { segments } = new Conversation().play("cS sSA cA cD200 sA ~2s sD3000 cA cD50 sA ~1s cF sA sF cA");
const part = (name: string, from: number, to?: number): string => file(name, segmentCapture(segments.slice(from, to)));
/** The segments, so much later. */
const later = (us: number, some: readonly Segment[] = segments): Segment[] =>
  some.map((segment) => Object.assign(Object.create(segment) as Segment, { timeUs: segment.timeUs + us }));

function pcapng(some: readonly Segment[]): Uint8Array {
  const builder = new PcapngBuilder().section().interface();
  for (const segment of some) builder.packet(0, segment.timeUs, segmentPacket(segment));
  return builder.bytes();
}

describe("a file of many chunks", () => {
  const many = Array.from({ length: 800 }, (_, i) =>
    new Conversation({ clientPort: 20_000 + i, startUs: 1_700_000_000_000_000 + i * 1000 }).play(
      "cS sSA cA cD200 sA sD900 cA cF sA sF cA",
    ),
  );
  const capture = segmentCapture(interleave(...many));
  // Next to no compression, so that what is compressed takes chunks as well.
  const stored = { params: { [constants.ZSTD_c_compressionLevel]: -100_000 } };

  it.each([
    { name: "gzip", bytes: gzipSync(capture, { level: 0 }) },
    { name: "zstd", bytes: zstdCompressSync(capture, stored) },
  ])("tells the same by $name as plain", async ({ name, bytes }) => {
    const plain = await follow([file("many.pcap", capture)]);
    const compressed = await follow([file(`${name}/many.pcap`, bytes)]);
    expect(bytes.length).toBeGreaterThan(2 * 256 * 1024);
    expect(plain.rows).toHaveLength(800);
    expect(compressed.rows).toEqual(plain.rows);
  });
});

it.each([
  { name: "gzip", bytes: gzipSync(Buffer.alloc(100_000)).subarray(0, 12) },
  { name: "zstd", bytes: zstdCompressSync(Buffer.alloc(100_000)).subarray(0, 10) },
])("says of $name that broke off before anything came out of it that it ends early", async ({ name, bytes }) => {
  const fault = await follow([file(`cut-${name}`, bytes)]).catch((error: unknown) => error);
  expect(String(fault)).toContain(`cut-${name}: no capture: the ${name} data ends early`);
});

describe("files that go on where the last ended", () => {
  it("are one capture, whatever each of them is", async () => {
    const parts = [
      part("a1.pcap", 0, 3),
      file("a2.pcapng", pcapng(segments.slice(3, 7))),
      file("a3.pcap.gz", gzipSync(segmentCapture(segments.slice(7)))),
    ];
    const whole = await follow([part("a1.pcap", 0)]);
    part("a1.pcap", 0, 3);
    const { rows, lines, connections } = await follow(parts);
    expect(rows).toEqual(whole.rows);
    expect(rows).toMatchObject([{ kind: "fin", client_bytes: 250, server_bytes: 3000, bytes_exact: true }]);
    expect(connections).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/a1\.pcap to a3\.pcap\.gz \(3 files\): 13 packets, .* 1 ended/)]);
  });

  it("may overlap by what several processors have put in another order", async () => {
    const first = [0, 1, 2, 3, 4, 5, 6, 8];
    const second = [...segments.keys()].filter((i) => !first.includes(i));
    const pick = (name: string, numbers: readonly number[]): string =>
      file(name, segmentCapture(numbers.map((i) => segments[i])));
    const { rows } = await follow([pick("o1.pcap", first), pick("o2.pcap", second)]);
    expect(rows).toMatchObject([{ kind: "fin", client_bytes: 250, server_bytes: 3000, bytes_exact: true }]);
  });

  it("go on behind a part that cannot be read, which is told", async () => {
    const { rows, lines, failed } = await follow([
      part("b1.pcap", 0, 5),
      join(folder, "b2.pcap"),
      file("b3.pcap", new TextEncoder().encode("nothing of the kind")),
      part("empty.pcap", 0, 0),
      part("b4.pcap", 5),
    ]);
    expect(rows.map(({ kind }) => kind)).toEqual(["fin"]);
    expect(failed).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/^hangup analyze: cannot read .*b2\.pcap: there is no such file$/),
      expect.stringMatching(/b3\.pcap: neither pcap nor pcapng/),
      expect.stringMatching(/b1\.pcap to b4\.pcap \(3 files\)/),
    ]);
  });

  it("tell which of them was cut", async () => {
    const cut = file("c2.pcap", segmentCapture(segments.slice(5, 8)).subarray(0, -3));
    const { lines, partial, failed } = await follow([part("c1.pcap", 0, 5), cut, part("c3.pcap", 8)]);
    expect([partial, failed]).toEqual([1, 0]);
    expect(lines[0]).toMatch(/c2\.pcap ends in the middle of a record: 2 whole packets were read$/);
    expect(lines).toHaveLength(2);
  });
});

describe("any other file", () => {
  it.each([
    { name: "hours later", shift: 2 * 3_600_000_000 },
    { name: "before the last ended", shift: -10_000_000 },
  ])("is a capture of its own: $name", async ({ shift }) => {
    const paths = [part("d/trace.pcap", 0, 8), file("e/trace.pcap", segmentCapture(later(shift, segments.slice(8))))];
    const { rows, lines } = await follow(paths);
    expect(rows.map(({ kind, midstream }) => [kind, midstream])).toEqual([
      ["open", false],
      ["fin", true],
    ]);
    expect(rows.map(({ id }) => id)).toEqual(["trace.pcap-0-0", "trace.pcap-1-0"]);
    expect(lines).toHaveLength(2);
  });

  it("is named after itself where those before it could not be read", async () => {
    const { rows, failed } = await follow([file("junk", new Uint8Array(99)), part("good.pcap", 0)]);
    expect([rows.map(({ collector }) => collector), failed]).toEqual([["good.pcap"], 1]);
  });

  it("fails by itself where it is the only one", async () => {
    await expect(follow([join(folder, "nowhere")])).rejects.toThrow("there is no such file");
    await expect(follow([file("junk", new Uint8Array(99))])).rejects.toThrow("neither pcap nor pcapng");
  });
});

describe("options of the decoder", () => {
  it("put VLANs together", async () => {
    const tagged = segments.map((segment, i) => Object.assign(Object.create(segment) as Segment, { context: i % 3 }));
    const path = file("vlans.pcap", segmentCapture(tagged));
    expect((await follow([path])).rows.length).toBeGreaterThan(1);
    expect((await follow([path], { ignoreContext: true })).rows).toMatchObject([{ kind: "fin" }]);
  });

  it("look at SYN, FIN and RST alone", async () => {
    const path = file("flags.pcap", segmentCapture(segments));
    const [all] = (await follow([path])).rows;
    const [flags] = (await follow([path], { flagsOnly: true })).rows;
    expect(all).toMatchObject({ kind: "fin", capture_mode: "all" });
    expect(flags).toMatchObject({ kind: "fin", capture_mode: "flags", end_time: all["end_time"] });
    expect(Number(flags["client_packets"]) + Number(flags["server_packets"])).toBe(4);
  });

  it("leave out what has a wrong checksum", async () => {
    const bytes = segmentCapture(segments);
    bytes[bytes.length - 1] ^= 1;
    const path = file("checksum.pcap", bytes);
    const counts = async (options: Partial<FollowOptions>): Promise<number> => {
      const { rows } = await follow([path], options);
      return Number(rows[0]["client_packets"]) + Number(rows[0]["server_packets"]);
    };
    expect(await counts({})).toBe(13);
    expect(await counts({ verifyChecksums: true })).toBe(12);
  });
});

it("keeps to its memory: what only asked is forgotten first, and the summary says so", async () => {
  const flood = Array.from(
    { length: 500 },
    (_, i) => new Conversation({ clientPort: 2000 + i, serverPort: 81 }).play("cS").segments[0],
  );
  const path = file("flood.pcap", segmentCapture([...segments.slice(0, 4), ...flood, ...segments.slice(4)]));
  const { rows, lines } = await follow([path], { maxMemoryBytes: 30_000 });
  expect(rows.filter(({ server_port: port }) => port === 443)).toMatchObject([{ kind: "fin", client_bytes: 250 }]);
  expect(lines[0]).toMatch(/501 connections, \d+ ended, 4\d\d forgotten for want of memory/);
  expect((await follow([path])).lines[0]).not.toContain("forgotten");
});

it("has memory for all connections that a small file can hold", async () => {
  // Nothing but SYNs, in as few bytes as there can be: raw IP, 4 MiB.
  const syn = packet().tcp({ srcPort: 1, dstPort: 80, flags: "S" }).ipv4({ src: "10.0.0.1", dst: "10.0.1.1" });
  const one = new PcapBuilder({ linkType: 101 }).add(1_700_000_000_000_000, syn).bytes();
  const [head, record] = [one.subarray(0, 24), one.subarray(24)];
  const count = Math.floor((4 * 2 ** 20 - head.length) / record.length);
  const bytes = new Uint8Array(head.length + count * record.length);
  bytes.set(head);
  for (let i = 0, at = head.length; i < count; i++, at += record.length) {
    bytes.set(record, at);
    // The source address, behind the record's header.
    new DataView(bytes.buffer, at + 16).setUint32(12, 0x0a000000 + i);
  }
  const { connections, rows, lines } = await follow([file("syns.pcap", bytes)]);
  expect(count).toBeGreaterThan(74_000);
  expect(connections).toBe(count);
  expect(rows).toHaveLength(count);
  expect(lines[0]).not.toContain("forgotten");
});
