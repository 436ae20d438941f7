import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkoutFile } from "@hangup/service";
import { hangup } from "./hangup-up.ts";

/** What a user may get wrong: one clear line that names it and what to do, the right exit code, no stack trace. */
describe("bad input", () => {
  let directory: string;
  let taken: Server;
  let takenPort: number;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "hangup-bad-input-"));
    writeFileSync(join(directory, "notes.txt"), "this is no capture at all, but long enough for a header\n");
    // link type 147 is nobody's (DLT_USER0); the only record of the other is cut short
    const record = Buffer.alloc(16 + 20);
    record.writeUInt32LE(60, 8);
    record.writeUInt32LE(60, 12);
    writeFileSync(
      join(directory, "user0.pcap"),
      Buffer.concat([pcapHeader(147), record.subarray(0, 16), Buffer.alloc(60)]),
    );
    writeFileSync(join(directory, "cut.pcap"), Buffer.concat([pcapHeader(1), record]));
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    takenPort = (taken.address() as AddressInfo).port;
  });

  afterAll(() => {
    taken.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const file = (name: string): string => join(directory, name);
  const cases: { name: string; args: () => string[]; code: number; says: RegExp }[] = [
    {
      name: "an unknown command",
      args: () => ["analyse"],
      code: 2,
      says: /unknown command 'analyse'\. Did you mean 'analyze'\?/,
    },
    { name: "an unknown flag", args: () => ["analyze", "--outptu", "json", "x"], code: 2, says: /--outptu.*--output/ },
    {
      name: "an unknown output",
      args: () => ["analyze", "--output", "xml", file("cut.pcap")],
      code: 2,
      says: /--output 'xml'/,
    },
    {
      name: "a file that is not there",
      args: () => ["analyze", file("none.pcap")],
      code: 1,
      says: /none\.pcap.*(no such file|does not exist)/i,
    },
    {
      name: "a file that is no capture",
      args: () => ["analyze", file("notes.txt")],
      code: 1,
      says: /notes\.txt.*neither pcap nor pcapng|notes\.txt.*not a capture/i,
    },
    {
      name: "an unknown link type",
      args: () => ["analyze", file("user0.pcap")],
      code: 1,
      says: /user0\.pcap.*link type 147/i,
    },
    {
      name: "a capture cut short",
      args: () => ["analyze", file("cut.pcap")],
      code: 3,
      says: /cut\.pcap.*(truncated|cut short|ends in the middle)/i,
    },
    {
      name: "an interface that is not there",
      args: () => ["collect", "--dry-run", "-i", "nosuch0"],
      code: 1,
      says: /nosuch0/,
    },
    { name: "a BPF error", args: () => ["collect", "--dry-run", "-i", "lo", "prot", "443"], code: 2, says: /prot 443/ },
    {
      name: "an unreachable broker",
      args: () => ["ingest", "--bootstrap-server", "127.0.0.1:1", "--admin-listen", "127.0.0.1:0"],
      code: 1,
      says: /127\.0\.0\.1:1/,
    },
    {
      name: "an unreachable ClickHouse",
      args: () => ["migrate", "status", "--clickhouse", "http://127.0.0.1:1"],
      code: 1,
      says: /127\.0\.0\.1:1/,
    },
    {
      name: "a bad URL",
      args: () => ["serve", "--clickhouse", "clickhouse:8123"],
      code: 2,
      says: /--clickhouse .* cannot be used: expected an http:\/\/ or https:\/\/ URL/,
    },
    {
      name: "a bad broker address",
      args: () => ["collect", "--bootstrap-server", "nowhere"],
      code: 2,
      says: /nowhere.*HOST:PORT/,
    },
    {
      name: "a taken port",
      args: () => ["serve", "--listen", `127.0.0.1:${takenPort}`],
      code: 1,
      says: /127\.0\.0\.1:\d+ is taken.*--listen/,
    },
    {
      name: "a port that no host has",
      args: () => ["serve", "--listen", "127.0.0.1:99999"],
      code: 2,
      says: /--listen '127\.0\.0\.1:99999' cannot be used: port 99999 is beyond 65535/,
    },
    {
      name: "an API that does not answer",
      args: () => ["top", "--api", "http://127.0.0.1:1", "--once"],
      code: 1,
      says: /127\.0\.0\.1:1/,
    },
    {
      name: "a broker for up that is not there",
      args: () => ["up", "--data", directory, "--kafka", "127.0.0.1:1"],
      code: 1,
      says: /127\.0\.0\.1:1/,
    },
    {
      name: "an option that the collector does not know, given to up",
      args: () => ["up", "--data", directory, "--collect", "-I lo"],
      code: 2,
      says: /--collect: .*'-I'/,
    },
    {
      name: "an interface for up that is not there",
      args: () => ["up", "--data", file("fresh"), "--collect", "-i nosuch0"],
      code: 1,
      says: /^hangup up: --collect: .*no network interface 'nosuch0'\. There are: .*\blo\b.*$/m,
    },
    {
      name: "a filter for up that is none",
      args: () => ["up", "--data", file("fresh"), "--collect", "-i lo -- prot 443"],
      code: 2,
      says: /^hangup up: --collect: .*refuses the filter 'prot 443'.*$/m,
    },
    {
      name: "options for up's collector that do not go together",
      args: () => ["up", "--data", file("fresh"), "--collect", "-i lo --pace"],
      code: 2,
      says: /^hangup up: --collect: .*--pace.*need a capture file.*$/m,
    },
    {
      name: "a directory for up that there cannot be",
      args: () => ["up", "--data", "/proc/hangup"],
      code: 1,
      says: /--data \/proc\/hangup cannot be used: no directory can be made there/,
    },
    { name: "no directory for up", args: () => ["up", "--data", ""], code: 2, says: /--data '' cannot be used/ },
    {
      name: "a seed that is no number",
      args: () => ["up", "--data", directory, "--demo", "--seed", "abc"],
      code: 2,
      says: /--seed 'abc' cannot be used/,
    },
    {
      name: "a seed of no demo",
      args: () => ["up", "--data", directory, "--seed", "7"],
      code: 2,
      says: /--seed.*--demo/,
    },
    {
      name: "a port of up's services that is taken",
      args: () => ["up", "--data", directory, "--listen", `127.0.0.1:${takenPort - 3}`],
      code: 1,
      says: /127\.0\.0\.1:\d+ is taken.*--listen/,
    },
    {
      name: "two parts of up on one port",
      args: () => ["up", "--data", directory, "--kafka-port", "8123"],
      code: 2,
      says: /--kafka-port and --clickhouse-port both want port 8123/,
    },
    {
      name: "too few ports behind the first",
      args: () => ["up", "--data", directory, "--listen", "127.0.0.1:65534"],
      code: 2,
      says: /--listen \(it takes the 5 ports after it too\) wants port 65536, beyond 65535/,
    },
    {
      name: "an address of another machine",
      args: () => ["serve", "--listen", "192.0.2.77:8480"],
      code: 1,
      says: /192\.0\.2\.77:8480 is no address of this machine\. Choose another with --listen/,
    },
    {
      name: "no statement",
      args: () => ["sql", " "],
      code: 2,
      says: /no statement was given\. See 'hangup sql --help'/,
    },
    {
      name: "a number that is too large",
      args: () => ["up", "--kafka-port", "99999"],
      code: 2,
      says: /--kafka-port '99999' cannot be used: expected at most 65535\. See/,
    },
    {
      name: "a word of a few",
      args: () => ["analyze", "--output", "xlm", "x"],
      code: 2,
      says: /--output 'xlm' cannot be used: expected one of table, json, ndjson, csv, zeek\. See/,
    },
    {
      name: "a data directory that is a file",
      args: () => ["up", "--data", file("notes.txt")],
      code: 1,
      says: /--data .*notes\.txt cannot be used: there is a file of this name/,
    },
    {
      name: "a taken port for up",
      args: () => ["up", "--data", directory, "--kafka-port", `${takenPort}`],
      code: 1,
      says: /\d+ is taken.*--kafka-port/s,
    },
  ];

  const full = existsSync("/dev/full");
  it.skipIf(!full).each([["analyze"], ["collect", "--dry-run", "--admin-listen", "127.0.0.1:0", "-r"]])(
    `a full disk under what %s prints${full ? "" : " (skipped: there is no /dev/full)"}`,
    async (...command) => {
      const result = await hangup([...command, checkoutFile("services/demo/capture/demo.pcap")], { into: "/dev/full" });
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(
        new RegExp(`^hangup ${command[0]}: what it prints cannot be written: no space left on device$`, "m"),
      );
      expect(result.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    },
  );

  it.each(cases)("$name", async ({ args, code, says }) => {
    const result = await hangup(args());
    expect(result.stderr).toMatch(says);
    expect(result.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    // nothing was started
    expect(existsSync(file("fresh"))).toBe(false);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: expect.any(String) });
  });
});

/** The file header of a little-endian pcap. */
function pcapHeader(linkType: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(65_535, 16);
  bytes.writeUInt32LE(linkType, 20);
  return bytes;
}
