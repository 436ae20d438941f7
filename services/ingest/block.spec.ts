import { describe, expect, test } from "vitest";
import { BlockFormer, type TimeRange } from "./block.ts";
import { batchOf, encoded, knownRow, message, NOW_MS } from "./testing/rows.ts";

const range: TimeRange = { oldestUs: (NOW_MS - 86_400_000) * 1_000, newestUs: (NOW_MS + 3_600_000) * 1_000 };
const unlimited = { maxRows: 100_000, maxBytes: 1e9 };

describe("where a block ends", () => {
  const messages = Array.from({ length: 10 }, (_, i) => message(100 + i, batchOf(i * 10, 10)));
  const size = messages[0].value?.length ?? 0;

  test.each([
    { name: "with the fetch", limits: unlimited, blocks: [10] },
    { name: "with the message that fills it", limits: { ...unlimited, maxRows: 30 }, blocks: [3, 3, 3, 1] },
    { name: "beyond the limit, never within a message", limits: { ...unlimited, maxRows: 25 }, blocks: [3, 3, 3, 1] },
    {
      name: "with one message, though it alone is more than the limit",
      limits: { ...unlimited, maxRows: 1 },
      blocks: Array(10).fill(1),
    },
    { name: "with so many bytes", limits: { ...unlimited, maxBytes: size * 4 - 10 }, blocks: [4, 4, 2] },
  ])("$name", ({ limits, blocks }) => {
    const former = new BlockFormer(limits);
    const formed: number[] = [];
    for (let next = 0, offset = 100n; next < messages.length;) {
      const block = former.form(3, messages, next, range);
      expect(block.from).toBe(offset);
      expect(block.to).toBe(offset + BigInt(block.messages));
      expect(block.rows).toBe(block.messages * 10);
      expect(block.deadLetters).toEqual([]);
      formed.push(block.messages);
      next += block.messages;
      offset = block.to;
    }
    expect(formed).toEqual(blocks);
  });

  test("the same messages give the same bytes, whatever was formed before", () => {
    const former = new BlockFormer(unlimited);
    const first = former.form(3, messages, 2, range).body;
    former.form(4, [message(7, batchOf(50_000, 3))], 0, range);
    expect(former.form(3, messages, 2, range).body.equals(first)).toBe(true);
    expect(new BlockFormer(unlimited).form(3, messages, 2, range).body.equals(first)).toBe(true);
  });

  test("a body lies in the memory of one that was recycled, and of no other", () => {
    const former = new BlockFormer(unlimited);
    const first = former.form(3, messages, 0, range);
    const bytes = Buffer.from(first.body);
    const second = former.form(3, messages.slice(5), 0, range);
    expect(second.body.buffer).not.toBe(first.body.buffer);
    expect(first.body.equals(bytes)).toBe(true);
    former.recycle(first);
    const third = former.form(3, messages, 0, range);
    expect(third.body.buffer).toBe(first.body.buffer);
    expect(third.body.equals(bytes)).toBe(true);
  });

  test("a small body is no piece of the pool that other buffers lie in, so that to recycle it harms none", () => {
    const former = new BlockFormer(unlimited);
    const first = former.form(3, [message(0, batchOf(0, 1))], 0, range);
    expect(Buffer.from("another").buffer).not.toBe(first.body.buffer);
    expect(Buffer.allocUnsafe(8).buffer).not.toBe(first.body.buffer);
  });

  test("offsets may have gaps, as compacted or aborted ones leave", () => {
    const block = new BlockFormer(unlimited).form(3, [message(5, batchOf(0, 1)), message(9, batchOf(1, 1))], 0, range);
    expect([block.from, block.to, block.rows]).toEqual([5n, 10n, 2]);
  });
});

describe("what is set aside", () => {
  test("a message that is no batch, with its reason; its neighbours are stored", () => {
    const torn = batchOf(0, 5).subarray(0, 40);
    const messages = [batchOf(0, 2), torn, null, Buffer.alloc(0), Buffer.from("{}"), batchOf(2, 2)].map((value, i) =>
      message(i, value),
    );
    const block = new BlockFormer(unlimited).form(3, messages, 0, range);
    expect(block).toMatchObject({ from: 0n, to: 6n, messages: 6, rows: 4, outOfRangeRows: 0 });
    expect(block.deadLetters.map(({ reason, message: { offset } }) => [Number(offset), reason])).toEqual([
      [1, "bad_seal"],
      [2, "empty"],
      [3, "empty"],
      [4, "bad_seal"],
    ]);
  });

  test("poison alone: no body, and the offset still moves on", () => {
    const block = new BlockFormer(unlimited).form(3, [message(8, Buffer.from("poison"))], 0, range);
    expect(block).toMatchObject({ from: 8n, to: 9n, rows: 0 });
    expect(block.body).toHaveLength(0);
  });

  test.each([
    { name: "the oldest that is kept", endUs: range.oldestUs, refused: 0 },
    { name: "older than the retention", endUs: range.oldestUs - 1, refused: 1 },
    { name: "an hour ahead", endUs: range.newestUs, refused: 0 },
    { name: "more than an hour ahead", endUs: range.newestUs + 1, refused: 1 },
  ])("$name: $refused rows out of range", ({ endUs, refused }) => {
    const rows = [knownRow(0), knownRow(1, { end_time: endUs }), knownRow(2)];
    const block = new BlockFormer(unlimited).form(3, [message(0, encoded(rows))], 0, range);
    expect(block.rows).toBe(3 - refused);
    expect(block.outOfRangeRows).toBe(refused);
    expect(block.deadLetters.map(({ reason }) => reason)).toEqual(refused > 0 ? ["out_of_range"] : []);
  });

  test("rows out of range at either end and in runs leave the others", () => {
    const rows = Array.from({ length: 12 }, (_, i) => knownRow(i, [0, 3, 4, 11].includes(i) ? { end_time: 0 } : {}));
    const block = new BlockFormer(unlimited).form(3, [message(0, encoded(rows))], 0, range);
    expect(block).toMatchObject({ rows: 8, outOfRangeRows: 4 });
    expect(block.deadLetters[0].detail).toContain("4 of 12 rows");
  });
});
