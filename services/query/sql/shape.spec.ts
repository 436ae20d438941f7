import { describe, expect, it } from "vitest";
import { shapeOf } from "./shape.ts";
import { tokens } from "./tokens.ts";

describe("tokens", () => {
  it("leave comments out and keep strings whole", () => {
    const sql = "select /* ; */ 'a;''b\\'c' -- ; \n, `x;y`, \"z\" , $t$ ; $t$";
    expect(tokens(sql).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "word SELECT",
      "string 'a;''b\\'c'",
      "sign ,",
      "quoted x;y",
      "sign ,",
      "quoted z",
      "sign ,",
      "string $t$ ; $t$",
    ]);
  });
});

describe("shapeOf", () => {
  const allowed: { sql: string; select: string | null }[] = [
    { sql: "SELECT 1", select: "SELECT 1" },
    { sql: "  select 1 ; ; ", select: "  select 1" },
    { sql: "-- a comment\nSELECT ';' -- and another", select: "-- a comment\nSELECT ';'" },
    { sql: "WITH 1 AS x SELECT x", select: "WITH 1 AS x SELECT x" },
    { sql: "(SELECT 1) UNION ALL (SELECT 2)", select: "(SELECT 1) UNION ALL (SELECT 2)" },
    { sql: "EXPLAIN SELECT 1", select: "SELECT 1" },
    { sql: "EXPLAIN PLAN actions = 1, header = 1 SELECT 1", select: "SELECT 1" },
    { sql: "EXPLAIN QUERY TREE run_passes=0 WITH 1 AS x SELECT x", select: "WITH 1 AS x SELECT x" },
    { sql: "SHOW TABLES FROM hangup LIKE 'te%' LIMIT 5", select: null },
    { sql: "SHOW CREATE TABLE hangup.`teardowns`", select: null },
    { sql: "DESCRIBE TABLE hangup.teardowns", select: null },
    { sql: "SELECT format, settings FROM t", select: "SELECT format, settings FROM t" },
  ];
  it.each(allowed)("allows $sql", ({ sql, select }) => expect(shapeOf(sql).select).toBe(select));

  const refused: { sql: string; says: string }[] = [
    { sql: "INSERT INTO hangup.teardowns VALUES (1)", says: "begins with 'INSERT'" },
    { sql: "/* SELECT */ drop table x", says: "begins with 'drop'" },
    { sql: "SET max_execution_time = 0", says: "begins with 'SET'" },
    { sql: "'SELECT'", says: "begins with" },
    { sql: "SELECT 1; SELECT 2", says: "more than one" },
    { sql: "SELECT 1 INTO OUTFILE '/tmp/x'", says: "INTO OUTFILE" },
    { sql: "SELECT 1 into /**/ outfile '/tmp/x'", says: "INTO OUTFILE" },
    { sql: "SELECT 1 FORMAT Null", says: "FORMAT" },
    { sql: "SELECT 1 FORMAT Null SETTINGS a = 1", says: "FORMAT" },
    { sql: "EXPLAIN INSERT INTO x SELECT 1", says: "EXPLAIN" },
    { sql: "EXPLAIN TABLE OVERRIDE mysql('x') COLUMNS (a Int8)", says: "EXPLAIN" },
    { sql: "DESCRIBE (SELECT CAST(1, file('/etc/hostname')))", says: "DESCRIBE takes names" },
    { sql: "DESCRIBE file('/etc/hostname')", says: "DESCRIBE takes names" },
    { sql: "SHOW COLUMNS FROM t WHERE field = 'x'", says: "SHOW takes names" },
  ];
  it.each(refused)("refuses $sql", ({ sql, says }) => {
    expect(() => shapeOf(sql)).toThrow(
      expect.objectContaining({ code: "HANGUP_SQL_REFUSED", message: expect.stringContaining(says) as unknown }),
    );
  });

  it.each(["", "   ", ";", "-- nothing"])("finds '%s' empty", (sql) => {
    expect(() => shapeOf(sql)).toThrow(expect.objectContaining({ code: "HANGUP_SQL_FAILED" }));
  });
});
