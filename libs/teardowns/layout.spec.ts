import { describe, expect, test } from "vitest";
import { COLUMNS, STORAGE_COLUMNS } from "./columns.ts";
import { HEADER, PROFILE_COLUMNS, ROW_COLUMNS } from "./layout.ts";
import { RST_COLUMNS, type RstColumn } from "./rst-columns.ts";
import { TeardownBatch } from "./reference.arbitrary.ts";

const fields = Object.values(TeardownBatch.fields);

const headerTypes: Record<keyof typeof HEADER, string> = {
  collector: "string",
  epoch: "uint64",
  first_seq: "uint64",
  count: "uint32",
  names: "string",
  ipv4_addresses: "bytes",
  ipv6_addresses: "bytes",
  evidence_set_sizes: "uint32",
  evidence_set_names: "uint32",
  profile_count: "uint32",
  crc32: "fixed32",
};

describe("the layout of a batch", () => {
  test("is that of the proto file: the same names, numbers and types, none more, none less", () => {
    const ours = [
      ...Object.entries(HEADER).map(
        ([name, number]) => `${number} ${name} ${headerTypes[name as keyof typeof HEADER]}`,
      ),
      ...PROFILE_COLUMNS.map(({ name, number }) => `${number} ${name} uint32`),
      ...ROW_COLUMNS.map((column) => `${column.number} ${column.name} ${protoType(column)}`),
      ...RST_COLUMNS.map((column) => `${column.number} rsts_${column.name} ${rstProtoType(column)}`),
    ];
    expect(ours.toSorted()).toEqual(fields.map(({ id, name, type }) => `${id} ${name} ${type}`).toSorted());
  });

  test("has a field for every stored column", () => {
    const stored = [...COLUMNS, ...STORAGE_COLUMNS]
      .filter(({ shape, name }) => shape !== "alias" && shape !== "rsts" && !name.startsWith("kafka_"))
      .map(({ name }) => (name === "seq" ? "first_seq" : name));
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(stored));
    // What is in the message and is no column: dictionaries, profiles, and what says how to read the rest.
    const inBetween = fields.map(({ name }) => name).filter((name) => !stored.includes(name));
    expect(inBetween.filter((name) => !/^rsts_(?!kept)/.test(name))).toEqual([
      "count",
      "names",
      "ipv4_addresses",
      "ipv6_addresses",
      "evidence_set_sizes",
      "evidence_set_names",
      "profile_count",
      "profile",
      "known_isns",
      "rsts_kept",
      "crc32",
    ]);
  });

  test("lists columns by number, so that the encoder writes in protobuf's order", () => {
    for (const columns of [PROFILE_COLUMNS, ROW_COLUMNS, RST_COLUMNS]) {
      const numbers = columns.map(({ number }): number => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });
});

function rstProtoType({ shape, wire, storage }: RstColumn): string {
  if (shape === "int") return "sint64";
  return wire === "fixed32" ? "fixed32" : storage === "uint32" ? "uint32" : "uint64";
}

function protoType({ wire, storage }: (typeof ROW_COLUMNS)[number]): string {
  if (wire !== "varint") return wire === "fixed32" ? "fixed32" : "sint64";
  return storage === "uint32" ? "uint32" : "uint64";
}
