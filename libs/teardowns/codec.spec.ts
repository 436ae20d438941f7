import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TeardownColumns } from "./batch.ts";
import { BATCH_ERROR_REASONS, BatchError, type BatchErrorReason } from "./batch-error.ts";
import type { Teardown } from "./columns.ts";
import { decodeBatch } from "./decode.ts";
import { encodeBatch } from "./encode.ts";
import { MAX_NAME_BYTES, MAX_ROWS } from "./layout.ts";
import {
  type Fields,
  referenceDecode,
  referenceEncode,
  referenceRows,
  sealed,
  TeardownBatch,
} from "./reference.arbitrary.ts";
import { rowsArbitrary } from "./teardown.arbitrary.ts";
import { SEAL_BYTES } from "./seal.ts";

const seed = 20_261_124;
const [sample] = fc.sample(rowsArbitrary, { seed, numRuns: 1 });

function columnsOf(rows: readonly Teardown[], columns = new TeardownColumns(4)): TeardownColumns {
  columns.clear();
  for (const row of rows) expect(columns.append(row)).toBe(true);
  return columns;
}

function rowsOf(columns: TeardownColumns): Teardown[] {
  return Array.from({ length: columns.length }, (_, i) => columns.row(i));
}

const any = new TeardownColumns();

/** Why the message is refused, null when it is not; any other error, and one that leaves rows behind, is thrown on. */
function reasonOf(message: Uint8Array): BatchErrorReason | null {
  try {
    decodeBatch(message, any);
    return null;
  } catch (error) {
    if (!(error instanceof BatchError) || any.length !== 0) throw error;
    return error.reason;
  }
}

describe("against an independent protobuf implementation", () => {
  test("what we write, it reads as the same rows, and writes again as the same bytes", () => {
    const columns = new TeardownColumns(4);
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const message = encodeBatch(columnsOf(rows, columns));
        const fields = referenceDecode(message);
        expect(referenceRows(fields)).toEqual(rows);
        expect(referenceEncode(fields).equals(message)).toBe(true);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("what it writes, we read as the same rows, whatever columns were read before", () => {
    const into = new TeardownColumns(4);
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        decodeBatch(referenceEncode(referenceDecode(encodeBatch(columnsOf(rows)))), into);
        expect(rowsOf(into)).toEqual(rows);
        expect(encodeBatch(into).equals(encodeBatch(columnsOf(rows)))).toBe(true);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("lists may come unpacked and in pieces, and fields in any order", () => {
    const message = encodeBatch(columnsOf(sample));
    const reader = TeardownBatch.decode(message);
    const pieces = Object.entries(reader as unknown as Fields)
      .filter(([name]) => name !== "crc32")
      .toReversed()
      .flatMap(([name, value]) => {
        const parts = Array.isArray(value) && value.length > 1 ? [value.slice(0, 1), value.slice(1)] : [value];
        return parts.map((part) => TeardownBatch.encode({ [name]: part }).finish());
      });
    const into = new TeardownColumns();
    decodeBatch(sealed(Buffer.concat(pieces)), into);
    expect(rowsOf(into)).toEqual(sample);

    // client_port and client_isn once more, as single values: each with a tag of its own.
    const others = TeardownBatch.encode({
      ...TeardownBatch.toObject(reader),
      client_port: [],
      client_isn: [],
      crc32: null,
    });
    const single = sample.flatMap(({ client_port, client_isn }) => [
      ...singleTags.clientPort,
      ...varint(client_port),
      ...singleTags.clientIsn,
      ...new Uint8Array(Uint32Array.of(client_isn ?? 0).buffer),
    ]);
    decodeBatch(sealed(Buffer.concat([others.finish(), Buffer.from(single)])), into);
    expect(rowsOf(into)).toEqual(sample);
  });

  test("fields of a newer collector are skipped, of every wire type", () => {
    const body = encodeBatch(columnsOf(sample)).subarray(0, -SEAL_BYTES);
    const newer = Buffer.concat([
      Buffer.of(0xc0, 0x0c, 0x96, 0x01), // 200: varint 150
      Buffer.of(0xc9, 0x0c, 1, 2, 3, 4, 5, 6, 7, 8), // 201: fixed64
      Buffer.of(0xd2, 0x0c, 3, 0x61, 0x62, 0x63), // 202: "abc"
      Buffer.of(0xdd, 0x0c, 1, 2, 3, 4), // 203: fixed32
    ]);
    const into = new TeardownColumns();
    decodeBatch(sealed(Buffer.concat([newer, body, newer])), into);
    expect(rowsOf(into)).toEqual(sample);
  });
});

/** 18 << 3 | varint; 41 << 3 | fixed32. */
const singleTags = { clientPort: [0x90, 0x01], clientIsn: [0xcd, 0x02] };

function varint(value: number): number[] {
  return value > 0x7f ? [(value & 0x7f) | 0x80, ...varint(value >>> 7)] : [value];
}

test("a message of before there were facts: its rows have none", () => {
  const old = Object.entries(referenceDecode(encodeBatch(columnsOf(sample)))).filter(([name]) => {
    const { id } = TeardownBatch.fields[name];
    return id < 64 || id === 1000;
  });
  const into = new TeardownColumns();
  decodeBatch(referenceEncode(Object.fromEntries(old)), into);
  const bare = { rst_reason: "", rst_payload: "", ended_by: "", occasion: "", facts: [], rsts: [], fin_gap_us: null };
  const counts = ["syns", "syn_acks", "client_tries", "server_tries", "client_probes", "server_probes", "icmp_error"];
  const none = { ...bare, ...Object.fromEntries(counts.map((name) => [name, 0])) };
  expect(sample.some(({ evidence }) => evidence.length > 0)).toBe(true);
  expect(rowsOf(into)).toEqual(sample.map((row) => ({ ...row, ...none })));
});

describe("damaged messages", () => {
  const message = encodeBatch(columnsOf(sample));

  test("cut anywhere, or with any one bit changed: refused", () => {
    for (let length = 0; length < message.length; length++) {
      expect(reasonOf(message.subarray(0, length))).toBe(length === 0 ? "empty" : "bad_seal");
    }
    for (let bit = 0; bit < message.length * 8; bit++) {
      const flipped = Buffer.from(message);
      flipped[bit >>> 3] ^= 1 << (bit & 7);
      expect(reasonOf(flipped)).toBe("bad_seal");
    }
  });

  test("damaged before it was sealed: read as something else or refused, with no other error and no huge allocation", () => {
    const body = message.subarray(0, -SEAL_BYTES);
    const reasons = new Set<BatchErrorReason | null>();
    fc.assert(
      fc.property(
        fc.nat({ max: body.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        fc.nat({ max: body.length }),
        (at, xor, length) => {
          const changed = Buffer.from(body);
          changed[at] ^= xor;
          reasons.add(reasonOf(sealed(changed)));
          reasons.add(reasonOf(sealed(body.subarray(0, length))));
        },
      ),
      { seed, numRuns: 5_000 },
    );
    for (const reason of ["truncated", "malformed", "bad_length", "bad_reference", "bad_value"] as const)
      expect(reasons).toContain(reason);
    expect(Object.keys(BATCH_ERROR_REASONS)).toEqual(
      expect.arrayContaining([...reasons].filter((reason) => reason !== null)),
    );
  });

  test("any bytes at all, sealed: refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(reasonOf(bytes)).not.toBeNull();
        expect(reasonOf(sealed(bytes))).not.toBeNull();
      }),
      { seed, numRuns: 3_000 },
    );
  });

  const whole: Fields = referenceDecode(message);
  const refused: { name: string; fields: Fields; reason: BatchErrorReason }[] = [
    { name: "no rows", fields: { count: 0 }, reason: "empty" },
    { name: "no collector", fields: { collector: "" }, reason: "no_collector" },
    { name: "more rows than a batch may have", fields: { count: MAX_ROWS + 1 }, reason: "too_large" },
    {
      name: "more rows than 32 bits can say, with nothing behind it",
      fields: { count: 0xffff_ffff },
      reason: "too_large",
    },
    { name: "more profiles than rows", fields: { profile_count: sample.length + 1 }, reason: "bad_length" },
    {
      name: "a profile count that says to allocate gigabytes",
      fields: { profile_count: 0xffff_ffff },
      reason: "bad_length",
    },
    { name: "a name as long as a book", fields: { names: ["x".repeat(MAX_NAME_BYTES + 1)] }, reason: "too_large" },
    { name: "more names than a batch may have", fields: { names: Array(MAX_ROWS + 1).fill("") }, reason: "too_large" },
    { name: "more values than rows", fields: { client_port: Array(sample.length + 1).fill(1) }, reason: "bad_length" },
    { name: "fewer values than rows, but more than one", fields: { client_port: [1, 2] }, reason: "bad_length" },
    {
      name: "a profile column of another length",
      fields: { confidence: Array(sample.length + 1).fill(1) },
      reason: "bad_length",
    },
    { name: "evidence sets larger than their members", fields: { evidence_set_sizes: [9_999] }, reason: "bad_length" },
    {
      name: "addresses that are no multiple of four bytes",
      fields: { ipv4_addresses: Buffer.alloc(5) },
      reason: "malformed",
    },
    {
      name: "addresses that are no multiple of sixteen",
      fields: { ipv6_addresses: Buffer.alloc(8) },
      reason: "malformed",
    },
    { name: "a name that is not in the dictionary", fields: { history: [60_000] }, reason: "bad_reference" },
    { name: "a profile that is not there", fields: { profile: [60_000] }, reason: "bad_reference" },
    { name: "an evidence set that is not there", fields: { evidence: [60_000] }, reason: "bad_reference" },
    {
      name: "an evidence name that is not there",
      fields: { evidence_set_sizes: [1], evidence_set_names: [60_000] },
      reason: "bad_reference",
    },
    { name: "an IPv4 address that is not there", fields: { client_ip: [60_000] }, reason: "bad_reference" },
    { name: "an IPv6 address that is not there", fields: { server_ip: [60_001] }, reason: "bad_reference" },
    { name: "the last address number there is", fields: { server_ip: [0xffff_ffff] }, reason: "bad_reference" },
    { name: "more RSTs than a row may keep", fields: { rsts_kept: [5] }, reason: "bad_value" },
    {
      name: "RSTs that no row has",
      fields: { rsts_kept: [], rsts_seq: Array(3).fill(1) },
      reason: "bad_length",
    },
    {
      name: "fewer values of RSTs than rows have, but more than one",
      fields: { rsts_kept: [4], rsts_ttl: [64, 64] },
      reason: "bad_length",
    },
    {
      name: "more RSTs than all rows may have",
      fields: { rsts_seq: Array(sample.length * 4 + 1).fill(1) },
      reason: "bad_length",
    },
    { name: "a RST's form that is not in the dictionary", fields: { rsts_form: [60_000] }, reason: "bad_reference" },
    { name: "a RST's facts that are no set", fields: { rsts_facts: [60_000] }, reason: "bad_reference" },
    { name: "a RST's TTL beyond 255", fields: { rsts_ttl: [256] }, reason: "bad_value" },
    { name: "a port beyond 65535", fields: { server_port: [65_536] }, reason: "bad_value" },
    { name: "a TTL beyond 255", fields: { ttl_rst: [257] }, reason: "bad_value" },
    { name: "a confidence beyond 100", fields: { confidence: [101] }, reason: "bad_value" },
    { name: "a bool of 2", fields: { midstream: [2] }, reason: "bad_value" },
    { name: "an end before 1970", fields: { end_time: [-1] }, reason: "bad_value" },
    { name: "a start before 1970", fields: { start_time: [2 ** 52] }, reason: "bad_value" },
    { name: "a seq beyond 2^53", fields: { first_seq: 2 ** 53 - 1 }, reason: "bad_value" },
    { name: "bytes beyond 2^53", fields: { client_bytes: [2 ** 53] }, reason: "bad_value" },
  ];
  test.each(refused)("$name: $reason", ({ fields, reason }) => {
    expect(reasonOf(referenceEncode({ ...whole, ...fields }))).toBe(reason);
  });

  test("a text that is not UTF-8: bad_text", () => {
    const named = Buffer.from([0x2a, 2, 0xc3, 0x28]);
    expect(reasonOf(sealed(Buffer.concat([named, message.subarray(0, -SEAL_BYTES)])))).toBe("bad_text");
  });

  test("a replacement character that was sent as such is a text like others", () => {
    const rows = [{ ...sample[0], history: "\u{fffd}" }];
    const into = new TeardownColumns();
    decodeBatch(encodeBatch(columnsOf(rows)), into);
    expect(rowsOf(into)).toEqual(rows);
  });
});
