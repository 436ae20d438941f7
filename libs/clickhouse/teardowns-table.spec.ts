import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COLUMNS, STORAGE_COLUMNS } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";

const MIGRATIONS = join(import.meta.dirname, "../../infra/clickhouse/migrations");

interface TableColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly alias: boolean;
  readonly comment: string;
}

function columnOf({ groups = {} }: RegExpExecArray): TableColumn {
  return {
    name: groups["name"],
    sqlType: groups["type"],
    alias: groups["alias"] !== undefined,
    comment: groups["comment"].replaceAll("''", "'"),
  };
}

/** `name type [ALIAS …] COMMENT '…' [CODEC(…)],` of the table's body, and what later migrations add: `ADD COLUMN … AFTER name`, `COMMENT COLUMN …`. */
function columnsOf(sql: string): TableColumn[] {
  const body = /hangup\.teardowns\n\(\n([\s\S]*?)\n\)\nENGINE/.exec(sql)?.[1] ?? "";
  const column = /^ {4}(?<name>[a-z_]+) (?<type>\S.*?) (?<alias>ALIAS [\s\S]*? )?COMMENT '(?<comment>(?:[^']|'')*)'/gm;
  const columns = [...body.matchAll(column)].map(columnOf);
  const added =
    /ADD COLUMN IF NOT EXISTS (?<name>[a-z_]+) (?<type>\S.*?) COMMENT '(?<comment>(?:[^']|'')*)' CODEC\(.*\) AFTER (?<after>[a-z_]+)[,;]/g;
  for (const match of sql.matchAll(added)) {
    const place = columns.findIndex(({ name }) => name === match.groups?.["after"]);
    columns.splice(place + 1, 0, columnOf(match));
  }
  const renewed = /COMMENT COLUMN IF EXISTS (?<name>[a-z_]+) '(?<comment>(?:[^']|'')*)'[,;]/g;
  for (const { groups } of sql.matchAll(renewed)) {
    const place = columns.findIndex(({ name }) => name === groups?.["name"]);
    columns[place] = { ...columns[place], comment: groups?.["comment"].replaceAll("''", "'") ?? "" };
  }
  return columns;
}

describe("the table hangup.teardowns", () => {
  it("has the columns of columns.ts: names, types, comments, the stored ones in order", () => {
    const stored = [...COLUMNS, ...STORAGE_COLUMNS].filter(({ shape }) => shape !== "alias");
    const computed = COLUMNS.filter(({ shape }) => shape === "alias");
    const files = readdirSync(MIGRATIONS).toSorted();
    const sql = files.map((file) => readFileSync(join(MIGRATIONS, file), "utf8")).join("\n");
    expect(columnsOf(sql)).toEqual(
      [...stored, ...computed].map(({ name, sqlType, shape, comment }) => ({
        name,
        sqlType,
        alias: shape === "alias",
        comment,
      })),
    );
  });
});
