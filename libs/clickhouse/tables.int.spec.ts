import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  COLUMNS,
  communityId,
  connectionId,
  emptyRow,
  NativeBlock,
  parseAddress,
  STORAGE_COLUMNS,
  TeardownColumns,
  teardownId,
  type Teardown,
} from "@hangup/teardowns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClickHouseClient } from "./client.ts";
import { isTransient, serverErrorCode } from "./failure.ts";
import { insertNative } from "./insert.ts";
import { migrate, migrationStatus } from "./migrate.ts";
import { execute, queryRows, queryStream } from "./query.ts";
import { splitStatements } from "./statements.ts";
import { orReason, TestEngine } from "./testing.ts";

const infra = join(import.meta.dirname, "../../infra/clickhouse");
const migrations = join(infra, "migrations");

const { got: engine, reason } = await orReason(() => TestEngine.start({ tables: false }));
if (engine === null) process.stderr.write(`skipped, no engine: ${reason}\n`);

const NOW_US = Date.now() * 1_000;

function row(seq: number, client: string, server: string, rest: Partial<Teardown> = {}): Teardown {
  const base = emptyRow("collector-a", 1_764_000_000_000);
  const addresses = { client_ip: parseAddress(client), server_ip: parseAddress(server) };
  if (!addresses.client_ip || !addresses.server_ip) throw new Error("no address");
  return Object.assign(base, addresses, { seq, start_time: NOW_US - 5, end_time: NOW_US, judged_time: NOW_US }, rest);
}

const rows = [
  row(0, "128.232.110.120", "66.35.250.204", {
    client_port: 34_855,
    server_port: 80,
    client_isn: 1,
    server_isn: 0xffff_ffff,
  }),
  row(1, "66.35.250.204", "128.232.110.120", { client_port: 80, server_port: 34_855, client_isn: null, server_isn: 7 }),
  row(2, "10.0.0.2", "10.0.0.1", { client_port: 256, server_port: 443 }),
  row(3, "10.0.0.1", "10.0.0.1", { client_port: 2, server_port: 1 }),
  row(4, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", { client_port: 63_943, server_port: 25 }),
  row(5, "2001:db8::1", "10.0.0.9", { client_port: 0xffff, server_port: 0xff00 }),
];

function block(from: readonly Teardown[]): Buffer {
  const columns = new TeardownColumns(from.length);
  for (const one of from) columns.append(one);
  const native = new NativeBlock();
  native.append(columns, 3, 77);
  return native.toBuffer();
}

describe.skipIf(engine === null)("the tables", () => {
  const subject = engine as TestEngine;
  let client: ClickHouseClient;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "hangup-migrations-"));
    client = subject.connectAs("hangup", "default");
  });

  afterAll(async () => {
    await subject.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const insert = (body: Buffer, token?: string): Promise<void> =>
    insertNative(client, "hangup.teardowns", NativeBlock.columnNames, body, token === undefined ? {} : { token });
  const count = async (): Promise<number> =>
    (await queryRows<{ rows: number }>(client, "SELECT count() AS rows FROM hangup.teardowns"))[0].rows;

  it("come from the migrations, once", async () => {
    const before = await migrationStatus(client, migrations);
    expect(before.map(({ state }) => state)).toEqual(before.map(() => "pending"));
    expect(await migrate(client, migrations)).toEqual(before.map(({ name }) => name));
    expect(await migrate(client, migrations)).toEqual([]);
    for (const { state, appliedTime } of await migrationStatus(client, migrations)) {
      expect(state).toBe("applied");
      expect(appliedTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  it("say what each column and table is", async () => {
    const bare = await queryRows(
      client,
      "SELECT database, table, name FROM system.columns WHERE database LIKE 'hangup%' AND comment = ''",
    );
    expect(bare).toEqual([]);
    const silent = await queryRows(
      client,
      "SELECT name FROM system.tables WHERE database LIKE 'hangup%' AND comment = ''",
    );
    expect(silent).toEqual([]);
  });

  it("have the types of columns.ts, as the server sees them", async () => {
    const found = await queryRows<{ name: string; type: string }>(
      client,
      "SELECT name, type FROM system.columns WHERE database = 'hangup' AND table = 'teardowns'",
    );
    const expected = [...COLUMNS, ...STORAGE_COLUMNS].map(({ name, sqlType }) => ({ name, type: sqlType }));
    expect(found.toSorted(byName)).toEqual(expected.toSorted(byName));
  });

  it("compute id, community_id and connection_id as we do", async () => {
    await insert(block(rows));
    const found = await queryRows(client, "SELECT id, community_id, connection_id FROM hangup.teardowns ORDER BY seq");
    expect(found).toEqual(
      rows.map((one) => ({
        id: teardownId(one),
        community_id: communityId(one),
        connection_id: connectionId(one),
      })),
    );
    // From the specification's own test data, so that both are not wrong in the same way.
    expect(found[0]).toMatchObject({ community_id: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" });
  });

  it.each([
    { where: "server_ip = '10.0.0.1'", seqs: [2, 3] },
    { where: "server_ip = '::ffff:10.0.0.1'", seqs: [2, 3] },
    { where: "'10.0.0.1' = server_ip", seqs: [2, 3] },
    { where: "server_ip IN ('10.0.0.1', '2607:f8b0:400c:c03:0::1A')", seqs: [2, 3, 4] },
    { where: "server_ip BETWEEN '10.0.0.0' AND '10.0.0.255'", seqs: [2, 3, 5] },
    { where: "client_ip = '2001:db8::1'", seqs: [5] },
  ])("find addresses by text: WHERE $where", async ({ where, seqs }) => {
    const found = await queryRows<{ seq: number }>(
      client,
      `SELECT seq FROM hangup.teardowns WHERE ${where} ORDER BY seq`,
    );
    expect(found.map(({ seq }) => seq)).toEqual(seqs);
  });

  it("store a block once under its token, and equal blocks twice without one", async () => {
    await execute(client, "TRUNCATE TABLE hangup.teardowns");
    await insert(block(rows), "teardowns:0:0-6");
    await insert(block(rows), "teardowns:0:0-6");
    expect(await count()).toBe(rows.length);
    await insert(block(rows), "teardowns:0:6-12");
    expect(await count()).toBe(2 * rows.length);
    await insert(block(rows));
    await insert(block(rows));
    expect(await count()).toBe(4 * rows.length);
  });

  it("tell a failure that may pass from one that stays", async () => {
    const broken = await insertNative(client, "hangup.nothing", ["n"], block(rows)).catch((error: unknown) => error);
    expect(broken).toMatchObject({ code: "HANGUP_CLICKHOUSE" });
    expect(serverErrorCode(broken)).toBe(60);
    expect(isTransient(broken)).toBe(false);
    const cut = await insert(block(rows).subarray(0, 200)).catch((error: unknown) => error);
    expect(cut).toMatchObject({ code: "HANGUP_CLICKHOUSE" });
    expect(isTransient(cut)).toBe(false);
    const slow = await execute(client, "SELECT sleepEachRow(1) FROM numbers(3)", {
      settings: { max_execution_time: 1, max_block_size: 1 },
    }).catch((error: unknown) => error);
    expect(serverErrorCode(slow)).toBe(159);
    expect(isTransient(slow)).toBe(true);
  });

  it("stream an answer in any format, and an error when it breaks", async () => {
    const sql = "SELECT number AS n FROM numbers(100000)";
    const csv = await text(await queryStream(client, sql, "CSV"));
    expect(csv.length).toBe(Array.from({ length: 100_000 }, (_, n) => `${n}\n`).join("").length);
    const broken = "SELECT throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_threads = 1";
    await expect(queryStream(client, broken, "CSV").then(text)).rejects.toThrow("aborted");
  });

  it("refuse a migration that has changed, and name file and line of one that fails", async () => {
    for (const name of ["0001_one.sql", "0002_two.sql"])
      writeFileSync(join(directory, name), `-- ${name}\nSELECT 1;\n`);
    expect(await migrate(client, directory)).toEqual(["0001_one", "0002_two"]);
    writeFileSync(join(directory, "0001_one.sql"), "-- 0001_one.sql\r\nSELECT 1;\r\n");
    writeFileSync(join(directory, "0003_three.sql"), "SELECT 1;\n\n-- ; '\nSELECT nothing;\n");
    await expect(migrate(client, directory)).rejects.toMatchObject({
      message: expect.stringContaining("0003_three.sql line 4: ") as unknown,
    });
    writeFileSync(join(directory, "0002_two.sql"), "SELECT 2;\n");
    await expect(migrate(client, directory)).rejects.toMatchObject({
      message: expect.stringContaining("0002_two.sql is not what was applied to ") as unknown,
    });
    const states = await migrationStatus(client, directory);
    expect(states.filter(({ name }) => /one|two|three/.test(name)).map(({ state }) => state)).toEqual([
      "applied",
      "changed",
      "pending",
    ]);
    copyFileSync(join(directory, "0003_three.sql"), join(directory, "0002_again.sql"));
    await expect(migrate(client, directory)).rejects.toThrow("two migrations with the number 0002");
  });

  it("have users for a server of one's own, in SQL that parses", async () => {
    const statements = splitStatements(readFileSync(join(infra, "users.sql"), "utf8"));
    expect(statements.length).toBeGreaterThan(5);
    for (const { sql } of statements) {
      const parsed = queryRows(client, "SELECT formatQuery({sql:String}) AS sql", { parameters: { sql } });
      await expect(parsed).resolves.toHaveLength(1);
    }
  });
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
