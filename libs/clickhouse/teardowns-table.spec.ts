import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COLUMNS, STORAGE_COLUMNS } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";

const FILE = join(import.meta.dirname, "../../infra/clickhouse/migrations/0001_teardowns.sql");

/** `name type [ALIAS …] COMMENT '…' [CODEC(…)],` of the table's body. */
function columnsOf(sql: string): { name: string; sqlType: string; alias: boolean; comment: string }[] {
  const body = /hangup\.teardowns\n\(\n([\s\S]*?)\n\)\nENGINE/.exec(sql)?.[1] ?? "";
  const column =
    /^ {4}(?<name>[a-z_]+) (?<type>(?:[^\s,(]+(?:\((?:[^()]|\([^()]*\))*\))?)) (?<alias>ALIAS [\s\S]*? )?COMMENT '(?<comment>(?:[^']|'')*)'/gm;
  return [...body.matchAll(column)].map(({ groups = {} }) => ({
    name: groups["name"],
    sqlType: groups["type"],
    alias: groups["alias"] !== undefined,
    comment: groups["comment"].replaceAll("''", "'"),
  }));
}

describe("the table hangup.teardowns", () => {
  it("has the columns of columns.ts: names, types, comments, the stored ones in order", () => {
    const stored = [...COLUMNS, ...STORAGE_COLUMNS].filter(({ shape }) => shape !== "alias");
    const computed = COLUMNS.filter(({ shape }) => shape === "alias");
    expect(columnsOf(readFileSync(FILE, "utf8"))).toEqual(
      [...stored, ...computed].map(({ name, sqlType, shape, comment }) => ({
        name,
        sqlType,
        alias: shape === "alias",
        comment,
      })),
    );
  });
});
