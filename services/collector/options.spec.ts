import { parseCommand } from "@hangup/service";
import { expect, it } from "vitest";
import { tcpdumpCommand } from "./capture/arguments.ts";
import { tcpdumpOptions } from "./capture/tcpdump-options.ts";
import { spec } from "./options.ts";

it.each([
  { argv: [], name: "eth0", promiscuous: true },
  { argv: ["-p"], name: "eth0", promiscuous: false },
  { argv: [], name: "any", promiscuous: false },
])("puts one interface into promiscuous mode but with -p: $name $argv", ({ argv, name, promiscuous }) => {
  const { config } = parseCommand(spec, argv, {});
  const { args } = tcpdumpCommand(tcpdumpOptions(config, { name, words: "", expression: "tcp" }));
  expect(args.includes("-p")).toBe(!promiscuous);
});

it.each([
  { argv: ["-s", "50"], least: "expected bytes, at least 96" },
  { argv: ["-s", "96.5"], least: "expected bytes, at least 96" },
  { argv: ["-B", "3"], least: "expected KiB, at least 64" },
])("names the least that it takes: $argv", ({ argv, least }) => {
  expect(() => parseCommand(spec, argv, {})).toThrow(least);
});
