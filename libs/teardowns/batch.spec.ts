import { sample } from "fast-check";
import { describe, expect, test } from "vitest";
import { TeardownColumns } from "./batch.ts";
import type { Teardown } from "./columns.ts";
import { decodeBatch } from "./decode.ts";
import { encodeBatch } from "./encode.ts";
import { MAX_ROWS } from "./layout.ts";
import { rowsArbitrary } from "./teardown.arbitrary.ts";

const [[row]] = sample(rowsArbitrary, { seed: 7, numRuns: 1 });

describe("TeardownColumns.append", () => {
  test.each<{ name: string; next: Partial<Teardown>; taken: boolean }>([
    { name: "the next seq", next: { seq: row.seq + 1 }, taken: true },
    { name: "a gap in seq", next: { seq: row.seq + 2 }, taken: false },
    { name: "the same seq again", next: { seq: row.seq }, taken: false },
    { name: "another collector", next: { seq: row.seq + 1, collector: "other" }, taken: false },
    { name: "another run", next: { seq: row.seq + 1, epoch: row.epoch + 1 }, taken: false },
  ])("$name: $taken", ({ next, taken }) => {
    const columns = new TeardownColumns();
    columns.append(row);
    expect(columns.append({ ...row, ...next })).toBe(taken);
    expect(columns.length).toBe(taken ? 2 : 1);
    expect(columns.row(0)).toEqual(row);
  });

  test("copies: the row object may be reused", () => {
    const columns = new TeardownColumns();
    const reused = { ...row, client_ip: Uint8Array.from(row.client_ip) };
    columns.append(reused);
    reused.client_ip.fill(9);
    reused.client_port = 1;
    expect(columns.row(0)).toEqual(row);
  });

  test("clear begins another batch in the same arrays", () => {
    const columns = new TeardownColumns();
    columns.append(row);
    columns.clear();
    expect(columns.length).toBe(0);
    const other = { ...row, collector: "other", seq: 5, history: "Sr", evidence: ["x"] };
    expect(columns.append(other)).toBe(true);
    expect(columns.row(0)).toEqual(other);
    const into = new TeardownColumns();
    decodeBatch(encodeBatch(columns), into);
    expect(into.row(0)).toEqual(other);
  });

  test("a full batch takes no more, and can still be read", () => {
    const columns = new TeardownColumns();
    for (let i = 0; i < MAX_ROWS; i++)
      columns.append({ ...row, seq: i, client_port: i % 65_536, history: `h${i % 300}` });
    expect(columns.length).toBe(MAX_ROWS);
    expect(columns.append({ ...row, seq: MAX_ROWS })).toBe(false);
    const into = new TeardownColumns();
    decodeBatch(encodeBatch(columns), into);
    expect(into.row(MAX_ROWS - 1)).toEqual(columns.row(MAX_ROWS - 1));
  });

  const odd: { name: string; row: Partial<Teardown>; kept: Partial<Teardown> }[] = [
    { name: "a port beyond the range", row: { client_port: 70_000 }, kept: { client_port: 65_535 } },
    { name: "negative counts", row: { client_packets: -1, rst_count: -5 }, kept: { client_packets: 0, rst_count: 0 } },
    {
      name: "what is not a number",
      row: { end_time: Number.NaN, rtt_us: Number.NaN },
      kept: { end_time: 0, rtt_us: 0 },
    },
    {
      name: "fractions",
      row: { end_time: 1_790_000_000_000_000.5, ttl_rst: 64.9 },
      kept: { end_time: 1_790_000_000_000_000, ttl_rst: 64 },
    },
    { name: "a TTL beyond a byte", row: { ttl_client: 300 }, kept: { ttl_client: 255 } },
    { name: "a name as long as a book", row: { history: "d".repeat(9_999) }, kept: { history: "d".repeat(4_096) } },
  ];
  test.each(odd)("$name: held in range, so that the batch can be read", ({ row: values, kept }) => {
    const columns = new TeardownColumns();
    columns.append({ ...row, ...values });
    const into = new TeardownColumns();
    decodeBatch(encodeBatch(columns), into);
    expect(into.row(0)).toMatchObject(kept);
  });
});
