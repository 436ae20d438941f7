import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "@hangup/service/testing";
import { connect, pingClickHouse, type ClickHouseClient } from "./client.ts";
import { startEmbedded } from "./embedded.ts";
import { execute, queryRows } from "./query.ts";
import { orReason, TestEngine } from "./testing.ts";

const { got: engine, reason } = await orReason(() => TestEngine.start({ tables: false }));
if (engine === null) process.stderr.write(`skipped, no engine: ${reason}\n`);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(engine === null)("the bundled engine", () => {
  const subject = engine as TestEngine;
  let services: ClickHouseClient;
  let reader: ClickHouseClient;

  beforeAll(async () => {
    process.env["HANGUP_TEST_SECRET"] = "in-the-environment";
    services = subject.connectAs("hangup", "default");
    reader = subject.connectAs("hangup_reader", "default");
    await execute(services, "CREATE DATABASE hangup");
    await execute(services, "CREATE TABLE hangup.numbers (n UInt64) ENGINE = MergeTree ORDER BY n");
    await execute(services, "INSERT INTO hangup.numbers SELECT number FROM numbers(1000)");
    await execute(services, "CREATE DATABASE hangup_internal");
    await execute(services, "CREATE TABLE hangup_internal.secrets (n UInt64) ENGINE = MergeTree ORDER BY n");
  });

  afterAll(async () => {
    delete process.env["HANGUP_TEST_SECRET"];
    await subject.stop();
  });

  it("answers with a version that the migrations can use", async () => {
    expect(await pingClickHouse(services)).toMatch(/^\d+\.\d+\./);
  });

  it("lets the reader read database hangup", async () => {
    const answer = await reader.query({ query: "SELECT sum(n) AS total FROM hangup.numbers", format: "JSONEachRow" });
    expect(await answer.json()).toEqual([{ total: 499_500 }]);
  });

  it.each([
    { sql: "INSERT INTO hangup.numbers VALUES (1)", why: "ACCESS_DENIED" },
    { sql: "DROP TABLE hangup.numbers", why: "ACCESS_DENIED" },
    { sql: "CREATE TABLE hangup.more (n UInt64) ENGINE = Memory", why: "ACCESS_DENIED" },
    { sql: "SELECT * FROM hangup_internal.secrets", why: "ACCESS_DENIED" },
    { sql: "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", why: "ACCESS_DENIED" },
    { sql: "SELECT * FROM file('/etc/passwd', 'LineAsString')", why: "ACCESS_DENIED" },
    { sql: "SELECT * FROM remote('127.0.0.1', 'hangup.numbers')", why: "ACCESS_DENIED" },
    { sql: "SELECT * FROM system.processes", why: "ACCESS_DENIED" },
    { sql: "KILL QUERY WHERE 1", why: "ACCESS_DENIED" },
    { sql: "SET max_rows_to_read = 0", why: "READONLY" },
    { sql: "SELECT 1 SETTINGS max_memory_usage = 0", why: "READONLY" },
    { sql: "SELECT 1 SETTINGS max_execution_time = 600", why: "SETTING_CONSTRAINT_VIOLATION" },
    { sql: "SELECT count() FROM numbers(100000000000)", why: "TOO_MANY_ROWS" },
    { sql: "SELECT 1; SELECT 2", why: "SYNTAX_ERROR" },
    { sql: "SELECT 1 INTO OUTFILE '/tmp/out'", why: "INTO_OUTFILE_NOT_ALLOWED" },
  ])("refuses the reader $sql", async ({ sql, why }) => {
    await expect(execute(reader, sql, { settings: { wait_end_of_query: 1 } })).rejects.toMatchObject({
      code: "HANGUP_CLICKHOUSE",
      message: expect.stringContaining(why) as unknown,
    });
  });

  it("lets the reader set a time limit, as Grafana does", async () => {
    await expect(execute(reader, "SELECT 1", { settings: { max_execution_time: 45 } })).resolves.toBeUndefined();
  });

  it.each([
    { what: "no user", headers: {}, query: "" },
    { what: "the user default", headers: { authorization: `Basic ${btoa("default:")}` }, query: "" },
    {
      what: "the services' user, overruled in the query",
      headers: { authorization: `Basic ${btoa("hangup:services-secret")}` },
      query: "?user=default",
    },
    { what: "a header", headers: { "x-clickhouse-user": "default" }, query: "?max_sessions_for_user=9" },
  ])("has no place for its own user: $what", async ({ headers, query }) => {
    const response = await fetch(`${subject.engine.url}/${query}`, { method: "POST", headers, body: "SELECT 1" });
    expect(response.ok).toBe(false);
    expect(await response.text()).toContain("USER_SESSION_LIMIT_EXCEEDED");
  });

  it("knows nothing of our environment", async () => {
    const rows = await queryRows<{ text: string }>(services, "SELECT file('/proc/self/environ') AS text");
    expect(rows[0].text).toContain("TZ=UTC");
    expect(rows[0].text).not.toContain("in-the-environment");
  });

  it("keeps its configuration to itself", () => {
    const users = readFileSync(join(subject.place.dataDir, "users.xml"), "utf8");
    expect(users).not.toContain("services-secret");
    expect(users).not.toContain("reader-secret");
  });

  it("refuses a taken port, and a directory in use", async () => {
    const { place } = subject;
    await expect(startEmbedded({ ...place, dataDir: `${place.dataDir}-other` })).rejects.toMatchObject({
      code: "HANGUP_PORT_TAKEN",
      message: `127.0.0.1:${place.port} is taken by another process`,
    });
    await expect(startEmbedded({ ...place, port: await freePort() })).rejects.toMatchObject({
      code: "HANGUP_ALREADY_RUNNING",
      message: `another ClickHouse engine uses ${place.dataDir}`,
    });
    expect(await pingClickHouse(services)).toBeTruthy();
  });

  it("keeps what it acknowledged when it is killed while it inserts", async () => {
    await execute(services, "CREATE TABLE hangup.kept (round UInt32) ENGINE = MergeTree ORDER BY round");
    for (let round = 1; round <= 3; round++) {
      let acknowledged = 0;
      const inserting = (async () => {
        for (;;) {
          await execute(services, `INSERT INTO hangup.kept SELECT ${round} FROM numbers(1000)`);
          acknowledged++;
          if (acknowledged === 20) process.kill(subject.engine.pid, "SIGKILL");
        }
      })();
      await expect(inserting).rejects.toMatchObject({ code: "HANGUP_CLICKHOUSE_UNREACHABLE" });
      expect(await subject.engine.exited).toBeNull();
      await subject.restart();
      const [{ rows }] = await queryRows<{ rows: number }>(
        services,
        "SELECT count() AS rows FROM hangup.kept WHERE round = {round:UInt32}",
        { parameters: { round } },
      );
      // The insert in flight may have been stored, whole, without its answer.
      expect(rows % 1000).toBe(0);
      expect(rows / 1000 - acknowledged).toBeOneOf([0, 1]);
    }
  });

  it("stops in good order, and starts again with what it had", async () => {
    await subject.engine.stop();
    expect(await subject.engine.exited).toBe(0);
    await subject.restart();
    expect(await queryRows(services, "SELECT count() AS rows FROM hangup.numbers")).toEqual([{ rows: 1000 }]);
  });

  it("ends with its starter, even when that is killed", async () => {
    const place = { ...subject.place, dataDir: `${subject.place.dataDir}-orphan`, port: await freePort() };
    const script = `import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, "embedded.ts"))};
      const engine = await startEmbedded(${JSON.stringify(place)});
      process.stdout.write(String(engine.pid) + "\\n");`;
    const child = spawn(process.execPath, ["--conditions=source", "--input-type=module", "--eval", script]);
    const pid = Number(
      await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data)))),
    );
    expect(isRunning(pid)).toBe(true);
    child.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  it("names what is wrong, without a password", async () => {
    const { url } = subject.engine;
    const wrong = connect({ url, user: "hangup", password: "guessed-secret" });
    await expect(pingClickHouse(wrong)).rejects.toMatchObject({
      code: "HANGUP_CLICKHOUSE",
      message: `ClickHouse at ${url}: hangup: Authentication failed (AUTHENTICATION_FAILED)`,
      remedy: expect.stringContaining("those of the ClickHouse that 'hangup up' runs stand in secrets.json") as unknown,
    });
    await wrong.close();
    const nobody = connect({ url: `http://127.0.0.1:${await freePort()}`, user: "hangup", password: "s" });
    await expect(pingClickHouse(nobody)).rejects.toMatchObject({
      code: "HANGUP_CLICKHOUSE_UNREACHABLE",
      message: expect.stringMatching(/^ClickHouse at .*: no ClickHouse server answers \(ECONNREFUSED\)$/) as unknown,
    });
    await nobody.close();
    const elsewhere = connect({ url, user: "hangup", password: "services-secret", database: "nowhere" });
    await expect(pingClickHouse(elsewhere)).rejects.toMatchObject({
      remedy: "Create the tables with 'hangup migrate up'",
    });
    await elsewhere.close();
  });
});
