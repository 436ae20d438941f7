import { describe, expect, it } from "vitest";
import { tableLines } from "./table.ts";

const plain = (line: string): string => line;

describe("a table", () => {
  it("aligns numbers to the right and keeps a cell on one line", () => {
    const meta = [
      { name: "cause", type: "LowCardinality(String)" },
      { name: "n", type: "Nullable(UInt64)" },
      { name: "hosts", type: "Array(String)" },
    ];
    const data = [
      { cause: "app_abort", n: "120", hosts: ["10.0.0.1"] },
      { cause: "a\nb", n: null, hosts: [] },
    ];
    expect(tableLines({ meta, data }, plain)).toEqual([
      "cause         n  hosts",
      'app_abort   120  ["10.0.0.1"]',
      "a b        NULL  []",
    ]);
  });

  it("may be as long as the server answers", () => {
    const data = Array.from({ length: 200_000 }, (_, n) => ({ n: String(n) }));
    const lines = tableLines({ meta: [{ name: "n", type: "UInt64" }], data }, plain);
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([200_001, "     n", "199999"]);
  });

  it("of DESCRIBE is what fits a terminal: names, types and comments", () => {
    const meta = ["name", "type", "default_type", "default_expression", "comment", "codec_expression"].map((name) => ({
      name,
      type: "String",
    }));
    const data = [
      {
        name: "id",
        type: "String",
        default_type: "ALIAS",
        default_expression: "concat(collector, …)",
        comment: "names this observation for good",
        codec_expression: "ZSTD(1)",
      },
    ];
    const rsts = {
      ...data[0],
      name: "rsts",
      type: "Array(Tuple(\n    by LowCardinality(String),\n    offset_us Int64,\n    seq UInt32))",
      comment: "in order of capture",
    };
    expect(tableLines({ meta, data: [...data, rsts] }, plain)).toEqual([
      "name  type                              comment",
      "id    String                            names this observation for good",
      "rsts  Array(Tuple(by LowCardinality(S…  in order of capture",
    ]);
  });
});
