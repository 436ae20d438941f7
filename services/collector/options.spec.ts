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
