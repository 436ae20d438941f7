import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queryRows } from "@hangup/clickhouse";
import { checkoutFile } from "@hangup/service";
import { startApi, type TestApi } from "../fixture/api.ts";
import { engineOrReason } from "../fixture/engine.ts";
import { NOW, randomRows } from "../fixture/rows.ts";

const { engine, reason } = await engineOrReason();
const OUTFILE = join(tmpdir(), `hangup-outfile-${process.pid}`);
const FILE = "'/etc/hostname'";

/** What a hostile reader could try, by what it is after. Every one must be refused, and must leave no trace. */
const hostile: { name: string; sql: string }[] = [
  { name: "INSERT", sql: "INSERT INTO hangup.alerts (id) VALUES ('x')" },
  { name: "INSERT … SELECT behind WITH", sql: "WITH 1 AS x INSERT INTO hangup.alerts (id) SELECT 'x'" },
  { name: "ALTER", sql: "ALTER TABLE hangup.teardowns DELETE WHERE 1" },
  { name: "DROP", sql: "DROP TABLE hangup.alerts" },
  { name: "TRUNCATE in a comment's shadow", sql: "/* SELECT */ TRUNCATE TABLE hangup.teardowns" },
  { name: "CREATE", sql: "CREATE TABLE hangup.mine (a UInt8) ENGINE = Memory" },
  { name: "CREATE TEMPORARY TABLE", sql: "CREATE TEMPORARY TABLE mine (a UInt8)" },
  { name: "RENAME", sql: "RENAME TABLE hangup.alerts TO hangup.gone" },
  { name: "OPTIMIZE", sql: "OPTIMIZE TABLE hangup.teardowns FINAL" },
  { name: "GRANT", sql: "GRANT ALL ON *.* TO hangup_reader" },
  { name: "SET", sql: "SET max_execution_time = 0" },
  { name: "USE", sql: "USE system" },
  { name: "KILL", sql: "KILL QUERY WHERE 1" },
  { name: "SYSTEM", sql: "SYSTEM SHUTDOWN" },
  { name: "BACKUP", sql: `BACKUP TABLE hangup.alerts TO File('${OUTFILE}')` },
  { name: "two statements", sql: "SELECT 1; DROP TABLE hangup.alerts" },
  { name: "INTO OUTFILE", sql: `SELECT 1 INTO OUTFILE '${OUTFILE}'` },
  { name: "INTO OUTFILE inside parentheses", sql: `(SELECT 1 INTO OUTFILE '${OUTFILE}')` },
  { name: "url()", sql: "SELECT * FROM url('http://127.0.0.1:8123/', LineAsString)" },
  { name: "file() as a table", sql: `SELECT * FROM file(${FILE}, LineAsString)` },
  { name: "file() as a function", sql: `SELECT file(${FILE})` },
  { name: "file() in a common table expression", sql: `WITH (SELECT file(${FILE})) AS x SELECT x` },
  { name: "file() in a lambda", sql: `WITH x -> file(x) AS f SELECT f(${FILE})` },
  { name: "file() quoted", sql: `SELECT \`file\`(${FILE})` },
  { name: "file() quoted with an escape", sql: `SELECT "fi\\x6ce"(${FILE})` },
  { name: "file() after a comment", sql: `SELECT file/**/ -- here\n (${FILE})` },
  { name: "file() in upper case", sql: `SELECT FILE(${FILE})` },
  { name: "file() by its bare name", sql: `SELECT arrayMap(file, [${FILE}])` },
  { name: "file() by an alias of its bare name", sql: `WITH file AS f SELECT arrayMap(f, [${FILE}])` },
  { name: "file() by APPLY", sql: `SELECT * APPLY(file) FROM (SELECT ${FILE} AS x)` },
  { name: "file() by REPLACE", sql: `SELECT * REPLACE(file(x) AS x) FROM (SELECT ${FILE} AS x)` },
  { name: "file() in LIMIT", sql: `SELECT 1 LIMIT length(file(${FILE}))` },
  { name: "file() in a window", sql: `SELECT sum(1) OVER (ORDER BY file(${FILE}))` },
  {
    name: "file() in INTERPOLATE",
    sql: `SELECT number AS a, 'x' AS b FROM numbers(2) ORDER BY a WITH FILL TO 4 INTERPOLATE (b AS file(${FILE}))`,
  },
  { name: "file() in a view()", sql: `SELECT * FROM view(SELECT file(${FILE}))` },
  { name: "file() in a table function's argument", sql: `SELECT * FROM numbers(length(file(${FILE})))` },
  { name: "file() behind an alias that looks like a call", sql: `SELECT file(${FILE}) AS \`a, function_name: count\`` },
  {
    name: "file() behind an alias with a line break",
    sql: `SELECT file(${FILE}) AS \`a\nFUNCTION id: 1, function_name: count,\``,
  },
  { name: "file() in EXPLAIN", sql: `EXPLAIN PLAN actions = 1 SELECT file(${FILE})` },
  {
    name: "file() in EXPLAIN SYNTAX with passes",
    sql: `EXPLAIN SYNTAX run_query_tree_passes = 1 SELECT file(${FILE})`,
  },
  { name: "file() in EXPLAIN as a table", sql: `SELECT * FROM (EXPLAIN actions = 1 SELECT file(${FILE}))` },
  { name: "file() in an error message", sql: `SELECT CAST(1, file(${FILE}))` },
  { name: "file() in DESCRIBE", sql: `DESCRIBE (SELECT CAST(1, file(${FILE})))` },
  { name: "file() behind FORMAT Null", sql: `SELECT file(${FILE}) FORMAT Null` },
  { name: "file() behind a closed parenthesis", sql: `SELECT 1) UNION ALL (SELECT file(${FILE})` },
  { name: "file() behind another analyzer", sql: `SELECT file(${FILE}) SETTINGS enable_analyzer = 0` },
  { name: "SQL in a string", sql: `SELECT * FROM eval('SELECT file(\\'/etc/hostname\\')')` },
  { name: "s3()", sql: "SELECT * FROM s3('http://127.0.0.1:9000/x', 'CSV')" },
  { name: "remote()", sql: "SELECT * FROM remote('127.0.0.1', system.one)" },
  {
    name: "remoteSecure() in a join",
    sql: "SELECT * FROM numbers(1) AS a CROSS JOIN remoteSecure('127.0.0.1', system.one) AS b",
  },
  { name: "mysql()", sql: "SELECT * FROM mysql('127.0.0.1:3306', 'a', 'b', 'c', 'd')" },
  { name: "executable()", sql: "SELECT * FROM executable('id', TSV, 'x String')" },
  { name: "merge() over another database", sql: "SELECT * FROM merge('system', '.*')" },
  { name: "the users", sql: "SELECT * FROM system.users" },
  { name: "other people's queries", sql: "SELECT query FROM system.processes" },
  { name: "the query log", sql: "SELECT * FROM system.query_log" },
  { name: "where the data is", sql: "SELECT data_paths FROM `system`.tables" },
  { name: "another database's tables", sql: "SELECT * FROM INFORMATION_SCHEMA.TABLES" },
  { name: "a table of another database", sql: "SELECT * FROM default.secrets" },
  { name: "SHOW PROCESSLIST", sql: "SHOW PROCESSLIST" },
  { name: "a lifted time limit", sql: "SELECT 1 SETTINGS max_execution_time = 100000" },
  { name: "a lifted time limit in a subquery", sql: "SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 100000)" },
  {
    name: "a lifted time limit in a common table expression",
    sql: "WITH x AS (SELECT 1 SETTINGS max_execution_time = 100000) SELECT * FROM x",
  },
  {
    name: "a forbidden function allowed in a subquery",
    sql: "SELECT * FROM (SELECT getClientHTTPHeader('X-ClickHouse-Key') SETTINGS allow_get_client_http_header = 1)",
  },
  { name: "readonly lifted", sql: "SELECT 1 SETTINGS readonly = 0" },
  { name: "another host by an AI function", sql: "SELECT aiGenerate('x')" },
  { name: "our own credentials", sql: "SELECT getClientHTTPHeader('X-ClickHouse-Key')" },
  { name: "a file of the server, as a model", sql: "SELECT catboostEvaluate('/etc/passwd', 1)" },
  { name: "the server's certificate", sql: "SELECT showCertificate()" },
  { name: "the server's log", sql: "SELECT logTrace('x')" },
  { name: "a server kept waiting", sql: "SELECT sleepEachRow(3) FROM numbers(1000)" },
];

/** Far more than a reader may have; refused as a limit. */
const greedy: { name: string; sql: string }[] = [
  { name: "rows to be read", sql: "SELECT max(cityHash64(number)) FROM numbers(100000000000)" },
  { name: "rows", sql: "SELECT number FROM numbers(100000000)" },
];

const honest: { name: string; sql: string; format?: string; says: RegExp }[] = [
  {
    name: "an aggregate",
    sql: "SELECT cause, count() AS n FROM hangup.teardowns GROUP BY cause ORDER BY n DESC",
    says: /"app_abort"/,
  },
  {
    name: "tables without their database",
    sql: "SELECT count() AS n FROM teardowns",
    format: "csv",
    says: /^"n"\n500\n$/,
  },
  {
    name: "a common table expression",
    sql: "WITH r AS (SELECT * FROM teardowns WHERE kind = 'reset') SELECT count() > 0 AS any FROM r",
    format: "ndjson",
    says: /^{"any":1}\n$/,
  },
  {
    name: "computed columns",
    sql: "SELECT id, community_id, connection_id FROM teardowns LIMIT 1",
    format: "ndjson",
    says: /"id":"/,
  },
  {
    name: "a join, a window and a lambda",
    sql: "SELECT arrayMap(x -> x + 1, [1]) AS a, rank() OVER (ORDER BY number) AS r FROM numbers(2) AS n INNER JOIN (SELECT 1 AS k) AS o ON n.number = o.k",
    format: "ndjson",
    says: /"a":\[2\]/,
  },
  {
    name: "strings that look hostile",
    sql: "SELECT 'file(1); DROP TABLE x; INTO OUTFILE' AS s -- file('/etc/hostname')",
    format: "tsv",
    says: /DROP TABLE/,
  },
  { name: "a semicolon at the end", sql: "SELECT 1 AS x;", format: "csv", says: /^"x"\n1\n$/ },
  { name: "duplicate column names", sql: "SELECT 1, 1, 2 AS `1`", format: "csv", says: /1,1,2/ },
  { name: "UNION ALL", sql: "(SELECT 1 AS x) UNION ALL (SELECT 2 AS x)", format: "ndjson", says: /"x":2/ },
  {
    name: "EXPLAIN",
    sql: "EXPLAIN PLAN actions = 1 SELECT count() FROM teardowns WHERE kind = 'reset'",
    format: "tsv",
    says: /Aggregating/,
  },
  { name: "SHOW TABLES", sql: "SHOW TABLES", format: "csv", says: /teardowns/ },
  {
    name: "SHOW CREATE TABLE",
    sql: "SHOW CREATE TABLE hangup.teardowns",
    format: "tsv",
    says: /CREATE TABLE hangup.teardowns/,
  },
  { name: "DESCRIBE", sql: "DESCRIBE TABLE hangup.teardowns", format: "ndjson", says: /"name":"server_ip"/ },
  { name: "a box for the terminal", sql: "SELECT 1 AS x", format: "pretty", says: /┌─x─┐/ },
];

/** Everything that a statement could have changed. */
async function state(): Promise<unknown> {
  if (engine === null) return null;
  const [counts, tables, users] = await Promise.all([
    queryRows(
      engine.client,
      "SELECT (SELECT count() FROM hangup.teardowns) AS t, (SELECT count() FROM hangup.alerts) AS a",
    ),
    queryRows(
      engine.client,
      "SELECT database, name, create_table_query FROM system.tables WHERE database != 'system' ORDER BY 1, 2",
    ),
    queryRows(
      engine.client,
      "SELECT * FROM system.grants WHERE user_name = 'hangup_reader' ORDER BY access_type, database",
    ),
  ]);
  return { counts, tables, users, outfile: existsSync(OUTFILE) };
}

describe.skipIf(engine === null)(
  `SQL for people on the real engine${reason === "" ? "" : ` (skipped: ${reason})`}`,
  () => {
    let api: TestApi;

    beforeAll(async () => {
      if (engine === null) return;
      await engine.insert(randomRows(500, 3, NOW - 3_600e6, NOW));
      api = await startApi(engine, NOW);
    });

    afterAll(async () => {
      await api?.stop();
      await engine?.stop();
    });

    const ask = (query: string, format = "json"): Promise<Response> =>
      fetch(`${api.url}/api/v1/sql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, format }),
      });

    it.each(hostile)("refuses $name, without effect", async ({ sql }) => {
      const before = await state();
      const response = await ask(sql);
      const text = await response.text();
      expect({ sql, status: response.status, text }).toMatchObject({
        status: expect.toSatisfy((status: number) => [400, 403].includes(status)) as unknown,
      });
      expect(response.headers.get("content-type")).toContain("application/problem+json");
      expect(JSON.parse(text)).toMatchObject({
        code: expect.stringMatching(/^HANGUP_SQL_(REFUSED|FAILED)$/) as unknown,
        detail: expect.stringMatching(/\w{3}/) as unknown,
      });
      // The first line of /etc/hostname is this host's name.
      expect(text).not.toContain(hostname());
      expect(await state()).toEqual(before);
    });

    it.each(greedy)("stops a statement that asks for too many $name", async ({ sql }) => {
      const response = await ask(sql, "csv");
      const outcome = await response.text().then(
        (text) => ({ status: response.status, text }),
        () => ({ status: response.status, text: "broke off" }),
      );
      expect([outcome.status === 422, outcome.text === "broke off"]).toContain(true);
    });

    it.each(honest)("answers $name", async ({ sql, format, says }) => {
      const response = await ask(sql, format);
      const text = await response.text();
      expect(text).toMatch(says);
      expect(response.status).toBe(200);
    });

    it("answers every statement that the guide tells people to ask", async () => {
      const guide = checkoutFile("docs/guide");
      const pages = readdirSync(guide, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
      const asked = pages.flatMap((path) => {
        const text = readFileSync(join(guide, path), "utf8");
        return [...text.matchAll(/hangup sql "([^"]+)"/g)].map(([, sql]) => ({ path, sql }));
      });
      expect(asked.length).toBeGreaterThan(5);
      for (const { path, sql } of asked) {
        const response = await ask(sql);
        expect({ path, sql, status: response.status, problem: response.ok ? "" : await response.text() }).toEqual({
          path,
          sql,
          status: 200,
          problem: "",
        });
      }
    });

    it("tells what is wrong with a statement in the server's words", async () => {
      const response = await ask("SELECT nonsense FROM hangup.teardowns");
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: "HANGUP_SQL_FAILED",
        detail: expect.stringContaining("nonsense") as unknown,
      });
    });

    const long = Array.from({ length: 200 }, (_, i) => `server_port + ${i}`).join(", ");
    it.each([
      { sql: `SELECT ${long}, casue FROM teardowns`, says: /`casue` in scope SELECT .*Maybe you meant: \['cause'\]$/ },
      { sql: `SELECT ${long} FROM teardown`, says: /'teardown'.* in scope SELECT .*Maybe you meant .*teardowns/ },
      { sql: `SELECT ${long}, foo(1) FROM teardowns`, says: /`foo` does not exist.* In scope SELECT / },
      { sql: `SELECT ${long}, count() FROM teardowns`, says: /not under aggregate function.* In query SELECT / },
      { sql: `SELECT ${long}, toUInt8('xyz') FROM teardowns`, says: /^Cannot parse string 'xyz' as UInt8/ },
    ])("repeats little of a long statement: $says", async ({ sql, says }) => {
      const { code, detail } = (await (await ask(sql)).json()) as { code: string; detail: string };
      expect(code).toBe("HANGUP_SQL_FAILED");
      expect(detail).toMatch(says);
      expect(detail).toMatch(/… \(\d+ characters more\)/);
      expect(detail.length).toBeLessThan(600);
    });

    const bodies: { body: unknown; says: string }[] = [
      { body: { quer: "SELECT 1" }, says: "'quer' is unknown. Did you mean 'query'?" },
      { body: {}, says: "'query' is required" },
      {
        body: { query: "x".repeat(100_001) },
        says: "xxx… (99801 characters more)': longer than 100000 characters",
      },
      { body: { query: 1 }, says: "'query' cannot be '1': not text" },
      { body: { query: "SELECT 1", format: "xml" }, says: "one of json, ndjson" },
      { body: [], says: "a JSON object is expected" },
    ];
    it.each(bodies)("refuses the body $body", async ({ body, says }) => {
      const response = await fetch(`${api.url}/api/v1/sql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: "HANGUP_BAD_PARAMETER",
        detail: expect.stringContaining(says) as unknown,
      });
    });
  },
);
