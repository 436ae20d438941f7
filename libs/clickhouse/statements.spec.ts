import { describe, expect, it } from "vitest";
import { splitStatements } from "./statements.ts";

describe("splitStatements", () => {
  it.each([
    { name: "two", text: "SELECT 1;\nSELECT 2;\n", sql: ["SELECT 1", "SELECT 2"], lines: [1, 2] },
    {
      name: "the last without a semicolon",
      text: "SELECT 1;\n\n  SELECT 2",
      sql: ["SELECT 1", "SELECT 2"],
      lines: [1, 3],
    },
    { name: "a semicolon in a text", text: "SELECT ';';SELECT 2", sql: ["SELECT ';'", "SELECT 2"], lines: [1, 1] },
    { name: "a doubled quote", text: "SELECT 'a'';b';SELECT 2", sql: ["SELECT 'a'';b'", "SELECT 2"], lines: [1, 1] },
    { name: "an escaped quote", text: "SELECT 'a\\';b';SELECT 2", sql: ["SELECT 'a\\';b'", "SELECT 2"], lines: [1, 1] },
    {
      name: "a quoted name",
      text: 'SELECT `a;b`, "c;d";SELECT 2',
      sql: ['SELECT `a;b`, "c;d"', "SELECT 2"],
      lines: [1, 1],
    },
    {
      name: "comments",
      text: "-- a; b\n/* c; \n d */ SELECT 1; -- the end;",
      sql: ["SELECT 1"],
      lines: [3],
    },
    { name: "a comment within", text: "SELECT 1, -- one; two\n2;", sql: ["SELECT 1, -- one; two\n2"], lines: [1] },
    { name: "a heredoc", text: "SELECT $x$a;'b$x$;SELECT 2", sql: ["SELECT $x$a;'b$x$", "SELECT 2"], lines: [1, 1] },
    { name: "an open quote", text: "SELECT 'a;b", sql: ["SELECT 'a;b"], lines: [1] },
    { name: "nothing", text: "\n-- only a comment\n;;", sql: [], lines: [] },
  ])("$name", ({ text, sql, lines }) => {
    const statements = splitStatements(text);
    expect(statements.map((statement) => statement.sql)).toEqual(sql);
    expect(statements.map((statement) => statement.line)).toEqual(lines);
  });
});
