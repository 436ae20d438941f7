import { describe, expect, it } from "vitest";
import { judgeTree } from "./calls.ts";

describe("judgeTree", () => {
  const refused: { name: string; line: string }[] = [
    { name: "a call", line: "FUNCTION id: 4, function_name: file, function_type: ordinary" },
    { name: "in another case", line: "FUNCTION id: 4, function_name: FILE, function_type: ordinary" },
    { name: "under an alias", line: "FUNCTION id: 4, alias: x, function_name: file, function_type: ordinary" },
    {
      name: "behind an alias that looks like a name",
      line: "FUNCTION id: 4, alias: a, function_name: count, function_name: file, function_type: ordinary",
    },
    { name: "passed as a name", line: "IDENTIFIER id: 16, identifier: file" },
    { name: "passed as a name, at the end of a compound", line: "IDENTIFIER id: 16, alias: f, identifier: x.file" },
    { name: "a table function", line: "TABLE_FUNCTION id: 3, table_function_name: url" },
    {
      name: "a table function behind an alias",
      line: "TABLE_FUNCTION id: 3, alias: a, table_function_name: numbers, table_function_name: remote",
    },
    { name: "a system table", line: "IDENTIFIER id: 3, identifier: system.query_log" },
    { name: "a setting", line: "SETTINGS max_execution_time=100000 max_threads=1" },
    { name: "an information schema", line: "IDENTIFIER id: 3, identifier: INFORMATION_SCHEMA.tables" },
  ];
  it.each(refused)("refuses $name", ({ line }) => {
    expect(() => judgeTree(`QUERY id: 0\n  ${line}\n`)).toThrow(
      expect.objectContaining({ code: "HANGUP_SQL_REFUSED" }),
    );
  });

  const allowed = [
    "FUNCTION id: 4, function_name: count, function_type: ordinary",
    "IDENTIFIER id: 3, identifier: hangup.teardowns",
    "IDENTIFIER id: 3, identifier: profile",
    "IDENTIFIER id: 3, identifier: system.one",
    "TABLE_FUNCTION id: 4, alias: a, table_function_name: numbers",
  ];
  it.each(allowed)("allows %s", (line) => expect(() => judgeTree(line)).not.toThrow());
});
