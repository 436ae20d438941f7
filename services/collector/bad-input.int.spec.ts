import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CollectorProcess } from "./testing/collector-process.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

describe("what cannot be captured", () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-collect-"));
    writeFileSync(join(directory, "notes.txt"), "no capture at all, only words");
    writeFileSync(join(directory, "filter"), "prot 443\n");
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const cases: readonly {
    name: string;
    args: readonly string[];
    code: number;
    says: RegExp;
    root?: boolean;
    uid?: number;
    env?: NodeJS.ProcessEnv;
  }[] = [
    {
      name: "an interface that is not there",
      args: ["--dry-run", "-i", "nosuch0"],
      code: 1,
      says: /'nosuch0'.*There are: .*lo/,
      root: true,
    },
    {
      name: "a namespace that is not there",
      args: ["--dry-run", "--netns", "nosuch"],
      code: 1,
      says: /no network namespace 'nosuch'/,
      root: true,
    },
    {
      name: "a filter that is none",
      args: ["--dry-run", "-i", "lo", "prot", "443"],
      code: 2,
      says: /refuses the filter 'prot 443'.*syntax error/,
      root: true,
    },
    {
      name: "a filter file that holds none",
      args: ["--dry-run", "-i", "lo", "-F", "DIR/filter"],
      code: 2,
      says: /refuses the filter 'prot 443'/,
      root: true,
    },
    {
      name: "a filter file that is not there",
      args: ["--dry-run", "-F", "DIR/none"],
      code: 1,
      says: /: --filter-file \S+none cannot be read: there is no such file\. Name a file that this user may read$/,
    },
    {
      name: "a filter file that is a directory",
      args: ["--dry-run", "-F", "DIR"],
      code: 1,
      says: /: --filter-file \S+ cannot be read: it is a directory\./,
    },
    {
      name: "no right to capture",
      args: ["--dry-run", "-i", "lo"],
      code: 1,
      says: /may not capture on lo.*root.*setcap/,
      root: true,
      uid: NOBODY,
    },
    {
      name: "no tcpdump",
      args: ["--dry-run", "-i", "lo"],
      code: 1,
      says: /'tcpdump' is not installed. Install tcpdump/,
      env: { PATH: "/nonexistent" },
    },
    {
      name: "a file that is no capture",
      args: ["--dry-run", "-r", "DIR/notes.txt"],
      code: 1,
      says: /notes\.txt.*(neither pcap nor pcapng|not a capture)/,
    },
    {
      name: "a file that is not there",
      args: ["--dry-run", "-r", "DIR/none.pcap"],
      code: 1,
      says: /none\.pcap.*no such file/i,
    },
    {
      name: "a copy that cannot be written",
      args: ["--dry-run", "-i", "lo", "-w", "DIR/none/copy.pcap"],
      code: 1,
      says: /: --write \S+none\/copy\.pcap cannot be written: there is no directory \S+none\. Name a file/,
    },
    {
      name: "a copy that is a directory",
      args: ["--dry-run", "-i", "lo", "-w", "DIR"],
      code: 1,
      says: /: --write \S+ cannot be written: it is a directory\. Name a file that this user may write$/,
    },
    {
      name: "a configuration that is not there",
      args: ["--config", "DIR/none.yaml"],
      code: 2,
      says: /: --config \S+none\.yaml cannot be read: there is no such file\. Name a YAML file/,
    },
    {
      name: "a port that does not exist",
      args: ["--dry-run", "-i", "lo", "--own", "host:99999"],
      code: 2,
      says: /--own.*expected HOST:PORT/,
    },
    { name: "no topic name", args: ["--topic", "a b"], code: 2, says: /--topic.*expected letters/ },
    { name: "no such option", args: ["--interfaces", "lo"], code: 2, says: /--interface/ },
    {
      name: "pace without shift",
      args: ["--dry-run", "-r", "DIR/notes.txt", "--pace"],
      code: 2,
      says: /--pace needs --shift-to-now/,
    },
    { name: "shift without a file", args: ["--dry-run", "--shift-to-now"], code: 2, says: /need a capture file/ },
    {
      name: "no broker",
      args: ["-i", "lo", "--bootstrap-server", "127.0.0.1:1"],
      code: 1,
      says: /no Kafka broker answers at 127\.0\.0\.1:1/,
    },
  ];

  it.skipIf(!isRoot).each([
    { args: ["-i", "nosuch0"], code: 1, says: /'nosuch0'.*There are: .*lo/ },
    { args: ["-i", "lo", "-i", "nosuch0", "port", "443"], code: 1, says: /'nosuch0'/ },
    { args: ["-i", "lo", "prot", "443"], code: 2, says: /refuses the filter 'prot 443'/ },
    { args: ["--netns", "nosuch"], code: 1, says: /no network namespace 'nosuch'/ },
    { args: ["-F", "none"], code: 1, says: /--filter-file none cannot be read/ },
    { args: ["-r", "none.pcap"], code: 1, says: /cannot read none\.pcap/ },
    { args: ["-i", "lo", "-i", "lo", "port", "443"], code: 0, says: /^$/ },
    { args: ["-i", "any", "-c", "1"], code: 0, says: /^$/ },
  ])("--check-capture $args finds it without a capture, and needs no broker", async ({ args, code, says }) => {
    const collector = new CollectorProcess(["--check-capture", "--bootstrap-server", "127.0.0.1:1", ...args]);
    expect([await collector.exited, collector.stdout]).toEqual([code, ""]);
    expect(collector.stderr.trimEnd()).toMatch(says);
  });

  for (const { name, args, code, says, root, uid, env } of cases) {
    it.skipIf(root && !isRoot)(`${name}: one clear line`, async () => {
      const collector = new CollectorProcess(
        args.map((arg) => arg.replace("DIR", directory)),
        { uid, env },
      );
      expect(await collector.exited).toBe(code);
      const lines = collector.stderr.trim().split("\n");
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(says);
      expect(lines[0]).toMatch(/^hangup collect: /);
      expect(collector.stdout).toBe("");
    });
  }
});
