import { NativeBlock, TeardownColumns, type Teardown } from "@hangup/teardowns";
import { connect, credentials, insertNative } from "@hangup/clickhouse";
import { afterAll, describe, expect, test } from "vitest";
import { orReason, TestEngine } from "@hangup/clickhouse/testing";
import { checkTable } from "./table.ts";
import { knownRow } from "./testing/rows.ts";
import { expectedRow, storedRows } from "./testing/stored-rows.ts";

const { got: engine, reason } = await orReason(() => TestEngine.start());
afterAll(() => engine?.stop());

const nowMs = Date.now();
const endUs = nowMs * 1_000;

/** A batch of these rows, numbered anew, of this collector. */
function batch(collector: string, rows: readonly Teardown[]): { columns: TeardownColumns; rows: Teardown[] } {
  const columns = new TeardownColumns();
  const numbered = rows.map((row, seq) => ({ ...row, collector, seq }));
  for (const row of numbered) columns.append(row);
  return { columns, rows: numbered };
}

const known = (count: number, overrides: (seq: number) => Partial<Teardown> = () => ({})): Teardown[] =>
  Array.from({ length: count }, (_, seq) => knownRow(seq, overrides(seq), nowMs));

const extremes: Partial<Teardown>[] = [
  {
    client_isn: 0,
    server_isn: 0,
    ttl_client: 0,
    ttl_server: 0,
    ttl_rst: 0,
    rtt_us: 0,
    idle_us: 0,
    client_bytes: 0,
    server_bytes: 0,
  },
  {
    client_isn: 2 ** 32 - 1,
    server_isn: 2 ** 32 - 1,
    ttl_rst: 255,
    rtt_us: 2 ** 32 - 1,
    client_bytes: 2 ** 53 - 2,
    idle_us: 2 ** 53 - 2,
  },
  {
    client_packets: 2 ** 53 - 1,
    server_packets: 2 ** 32,
    capture_drops: 2 ** 32 - 1,
    rst_count: 2 ** 32 - 1,
    rule_version: 65_535,
  },
  {
    client_port: 0,
    server_port: 65_535,
    confidence: 0,
    direction_confidence: 0,
    duration_us: 0,
    start_time: endUs,
    judged_time: endUs,
  },
  { start_time: 0, judged_time: 2 ** 52 - 1 },
  { client_ip: new Uint8Array(16), server_ip: new Uint8Array(16).fill(0xff) },
  {
    evidence: ["one"],
    history: "",
    kernel_reason: "naïve ↯ 名",
    client_workload: "x".repeat(300),
    server_workload: "'\\\t\"",
  },
  { evidence: Array.from({ length: 300 }, (_, i) => `fact_${i}`) },
];

const insert = (block: NativeBlock): Promise<void> =>
  insertNative(engine!.client, "hangup.teardowns", NativeBlock.columnNames, block.toBuffer());

describe.skipIf(engine === null)(`a Native block in the real engine ${reason}`, () => {
  test.each([
    { name: "usual rows", rows: known(1_000) },
    { name: "a single row", rows: known(1) },
    { name: "rows without any evidence", rows: known(50, () => ({ evidence: [] })) },
    { name: "the ends of every range", rows: extremes.map((row) => knownRow(2, { ...row, end_time: endUs }, nowMs)) },
    {
      name: "more than 256 texts of a column: indexes of two bytes",
      rows: known(2_000, (seq) => ({ conn_state: `s${seq}`, client_workload: `w${seq % 700}` })),
    },
  ])("$name: every column comes back", async ({ name, rows }) => {
    const { columns, rows: numbered } = batch(name, rows);
    const block = new NativeBlock();
    block.append(columns, 7, 2 ** 40);
    await insert(block);
    const expected = numbered.map((row) => expectedRow(row, 7, 2 ** 40));
    expect(await storedRows(engine!.client, name)).toEqual(expected);
  });

  test("several batches and runs of them make one block, each with its partition and offset", async () => {
    const first = batch("many-1", known(300));
    const second = batch(
      "many-2",
      known(40, (seq) => ({ evidence: [`other_${seq % 3}`, "form_abort"], cause: `c${seq}` })),
    );
    const block = new NativeBlock(8);
    block.append(first.columns, 1, 10, 0, 100);
    block.append(second.columns, 2, 20);
    block.append(first.columns, 1, 11, 250);
    block.append(first.columns, 1, 12, 300);
    expect(block.length).toBe(190);
    await insert(block);
    expect(await storedRows(engine!.client, "many-2")).toEqual(second.rows.map((row) => expectedRow(row, 2, 20)));
    expect(await storedRows(engine!.client, "many-1")).toEqual([
      ...first.rows.slice(0, 100).map((row) => expectedRow(row, 1, 10)),
      ...first.rows.slice(250).map((row) => expectedRow(row, 1, 11)),
    ]);
  });

  test("a block that was cleared holds nothing of the one before", async () => {
    const block = new NativeBlock();
    block.append(
      batch(
        "before",
        known(500, (seq) => ({ cause: `b${seq}` })),
      ).columns,
      0,
      0,
    );
    block.clear();
    const { columns, rows } = batch("after", known(3));
    block.append(columns, 0, 1);
    await insert(block);
    expect(await storedRows(engine!.client, "before")).toEqual([]);
    expect(await storedRows(engine!.client, "after")).toEqual(rows.map((row) => expectedRow(row, 0, 1)));
  });

  test("more than 65,536 texts of a column: indexes of four bytes", async () => {
    const block = new NativeBlock();
    const count = 40_000;
    for (const half of [0, 1]) {
      const { columns } = batch(
        `wide-${half}`,
        known(count, (seq) => ({ server_workload: `w${half * count + seq}` })),
      );
      block.append(columns, 0, half);
    }
    await insert(block);
    const rows = await storedRows(engine!.client, "wide-1");
    expect(rows.map(({ server_workload: workload }) => workload)).toEqual(
      Array.from({ length: count }, (_, seq) => `w${count + seq}`),
    );
  });

  test("a database without the table is told at the start, with what to do", async () => {
    await checkTable(engine!.client);
    const elsewhere = connect({ ...credentials(engine!.url, "services", {}), database: "default" });
    const error = await checkTable(elsewhere).catch((refusal: unknown) => refusal);
    await elsewhere.close();
    expect(error).toMatchObject({
      code: "HANGUP_CLICKHOUSE",
      message: "the table teardowns does not exist",
      remedy: "Create the tables with 'hangup migrate up'",
    });
  });
});
