import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";

import { afterAll, describe, expect, test } from "vitest";

import { packet, PcapBuilder } from "./builder.ts";
import { CaptureSource, openCapture } from "./capture-source.ts";
import { CaptureDecoder } from "./decoder.ts";
import { seededBytes } from "./builder/bytes.ts";

const directory = mkdtempSync(join(tmpdir(), "hangup-packets-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** About a megabyte that compresses by a quarter, so that damage hits coded data. */
const builder = new PcapBuilder();
for (let seq = 0; seq < 800; seq++) {
  const payload = seededBytes(1300, seq).map((byte) => byte & 0x3f);
  builder.add(
    1.7e15 + seq,
    packet().tcp({ srcPort: 1, dstPort: 2, seq, payload }).ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }).ethernet(),
  );
}
const capture = builder.bytes();
const half = capture.length >> 1;
const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);

function write(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

async function read(source: CaptureSource) {
  const seqs: number[] = [];
  const decoder = new CaptureDecoder((segment) => seqs.push(segment.seq));
  for await (const chunk of source) decoder.push(chunk);
  decoder.end();
  return { seqs, counters: decoder.counters, source };
}

test.each([
  { name: "plain", bytes: capture, compression: "" },
  { name: "gzip", bytes: gzipSync(capture), compression: "gzip" },
  {
    name: "two gzip members",
    bytes: Buffer.concat([gzipSync(capture.subarray(0, half)), gzipSync(capture.subarray(half))]),
    compression: "gzip",
  },
  { name: "zstd", bytes: zstdCompressSync(capture), compression: "zstd" },
  {
    name: "zstd frames, skippable ones among them",
    bytes: Buffer.concat([
      skippable,
      zstdCompressSync(capture.subarray(0, half)),
      skippable,
      zstdCompressSync(capture.subarray(half)),
    ]),
    compression: "zstd",
  },
])("$name is read whatever its name says", async ({ bytes, compression }) => {
  const path = write("capture.bin", bytes);
  const { seqs, source } = await read(await openCapture(path));
  expect(seqs).toEqual(Array.from({ length: 800 }, (_, seq) => seq));
  expect(source).toMatchObject({ name: path, compression, damage: "", size: bytes.length, bytesRead: bytes.length });
});

/** Bytes in the middle replaced. */
const noise = (bytes: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, 600_000), seededBytes(300, 9), bytes.subarray(600_300)]);

/** One byte of so many before the end changed. */
const flipped = (bytes: Uint8Array, fromEnd: number) =>
  Buffer.from(bytes).fill(bytes[bytes.length - fromEnd] ^ 1, bytes.length - fromEnd, bytes.length - fromEnd + 1);

describe("damaged compression gives all that stands in front", () => {
  const gzip = gzipSync(capture);
  const zstd = zstdCompressSync(capture, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const few = builder.bytes().subarray(0, 24 + 20 * 1370);
  const junk = Buffer.from("\u001f\u008brest", "latin1");
  test.each([
    { name: "gzip cut short", bytes: gzip.subarray(0, 600_000), least: 440, damage: "the gzip data ends early" },
    { name: "zstd cut short", bytes: zstd.subarray(0, 600_000), least: 350, damage: "the zstd data ends early" },
    { name: "gzip overwritten", bytes: noise(gzip), least: 440, damage: "the gzip data is damaged" },
    { name: "zstd overwritten", bytes: noise(zstd), least: 350, damage: "the zstd data is damaged" },
    { name: "gzip of a wrong checksum", bytes: flipped(gzip, 6), least: 800, damage: "incorrect data check" },
    { name: "gzip of a wrong length", bytes: flipped(gzip, 2), least: 800, damage: "incorrect length check" },
    { name: "zstd of a wrong checksum", bytes: flipped(zstd, 2), least: 800, damage: "the zstd data is damaged" },
    { name: "a little gzip of a wrong checksum", bytes: flipped(gzipSync(few), 6), least: 20, damage: "data check" },
    { name: "gzip with something behind", bytes: Buffer.concat([gzip, junk]), least: 800, damage: "the gzip data" },
    {
      name: "gzip with text behind",
      bytes: Buffer.concat([gzip, seededBytes(99, 1)]),
      least: 800,
      damage: "gzip data",
    },
    { name: "zstd with something behind", bytes: Buffer.concat([zstd, junk]), least: 800, damage: "the zstd data" },
  ])("$name", async ({ bytes, least, damage }) => {
    const { seqs, source } = await read(await openCapture(write("damaged", bytes)));
    expect(seqs.slice(0, least)).toEqual(Array.from({ length: least }, (_, seq) => seq));
    expect(source.damage).toContain(damage);
    expect(source.bytesRead).toBeLessThanOrEqual(bytes.length);
  });

  test.each([
    { name: "gzip", bytes: gzip },
    { name: "zstd", bytes: zstd },
  ])("no less than if it were cut there, $name", async ({ bytes }) => {
    const cut = await read(await openCapture(write("cut", bytes.subarray(0, 600_000))));
    const damaged = await read(await openCapture(write("overwritten", noise(bytes))));
    expect(damaged.seqs.slice(0, cut.seqs.length)).toEqual(cut.seqs);
  });

  test("and less where it cannot be read again", async () => {
    const { seqs, source } = await read(new CaptureSource("a pipe", null, pieces(flipped(gzip, 6))));
    expect(seqs.length).toBeGreaterThan(750);
    expect(source.damage).toContain("incorrect data check");
  });
});

test("data that expands a thousandfold is read in pieces", async () => {
  const source = await openCapture(write("bomb.gz", gzipSync(new Uint8Array(200 << 20))));
  let largest = 0;
  let total = 0;
  for await (const chunk of source) {
    largest = Math.max(largest, chunk.length);
    total += chunk.length;
  }
  expect(total).toBe(200 << 20);
  expect(largest).toBeLessThanOrEqual(1 << 20);
});

/** The first bytes one by one, then pieces of a thousand. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < 20; at++) yield bytes.subarray(at, at + 1);
  for (let at = 20; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

test.each([
  { name: "plain", bytes: capture },
  { name: "gzip", bytes: gzipSync(capture) },
  { name: "zstd", bytes: zstdCompressSync(capture) },
])("a pipe that comes in small pieces is read, $name", async ({ bytes }) => {
  const { seqs, source } = await read(new CaptureSource("a pipe", null, pieces(bytes)));
  expect(seqs).toHaveLength(800);
  expect(source).toMatchObject({ size: null, damage: "", bytesRead: bytes.length });
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield gzipSync(capture).subarray(0, 500_000);
  throw new Error("input/output error");
}

test("a named pipe is read as it grows", async () => {
  const path = join(directory, "pipe");
  execFileSync("mkfifo", [path]);
  const [opened, writer] = await Promise.all([openCapture(path), open(path, "w")]);
  const reading = read(opened);
  for (let at = 0; at < capture.length; at += 100_000) await writer.write(capture.subarray(at, at + 100_000));
  await writer.close();
  const { seqs, source } = await reading;
  expect(seqs).toHaveLength(800);
  expect(source.size).toBeNull();
});

test("an input that fails says so behind what it gave", async () => {
  const source = new CaptureSource("a pipe", null, failing());
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of source) bytes += chunk.length;
  })();
  await expect(reading).rejects.toMatchObject({
    reason: "unreadable",
    message: "cannot read a pipe: input/output error",
  });
  expect(bytes).toBeGreaterThan(400_000);
});

test("a consumer that stops early leaves nothing open", async () => {
  for (const bytes of [capture, gzipSync(capture)]) {
    const source = await openCapture(write("stopped", bytes));
    for await (const chunk of source) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(source.bytesRead).toBeGreaterThan(0);
  }
});

test.each([
  { name: "a missing file", path: join(directory, "absent.pcap"), message: "there is no such file" },
  { name: "a directory", path: directory, message: "it is a directory" },
])("$name is said in one line", async ({ path, message }) => {
  await expect(openCapture(path)).rejects.toMatchObject({
    name: "CaptureError",
    reason: "unreadable",
    message: `cannot read ${path}: ${message}`,
  });
});
