import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Conversation, interleave } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";
import { afterAll, describe, expect, it } from "vitest";
import { endpointText, parseEndpoint } from "../analyze/endpoint.ts";
import { explanationText } from "../analyze/explain.ts";
import { run } from "../why.ts";
import { look, type Found } from "./look.ts";

const folder = mkdtempSync(join(tmpdir(), "hangup-why-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A capture of these conversations; answers its path. */
function capture(name: string, ...conversations: readonly Conversation[]): string {
  const path = join(folder, name);
  writeFileSync(path, segmentCapture(interleave(...conversations)));
  return path;
}

const ask = (path: string, first: string, second: string): Promise<Found> =>
  look("hangup why", [path], parseEndpoint(first), parseEndpoint(second));

const START = 1_700_000_000_000_000;
const CLIENT = "10.0.0.1:40000";
const SERVER = "10.0.1.1:443";
const aborted = new Conversation().play("cS sSA cA cD200 sA sD3000 sD3000 cA ~2s cD50 sA ~1s sRA");

describe("one connection", () => {
  const path = capture(
    "aborted.pcap",
    aborted,
    new Conversation({ clientPort: 40_001 }).play("cS sSA cA cD1 sA cF sF cA"),
  );

  it("is told with its packets in order, from both sides, and what follows from them", async () => {
    const { rows, packets, faults } = await ask(path, CLIENT, SERVER);
    expect(rows.map(({ cause }) => cause)).toEqual(["unread_data_close"]);
    expect(packets[0].map((line) => line.trim())).toEqual([
      "+0.000000 s  client  SYN, TTL 64, IP-ID 100",
      "+0.010000 s  server  SYN-ACK, TTL 62, IP-ID 9000",
      "+0.020000 s  client  ACK",
      "+0.030000 s  client  200 bytes",
      "+0.050000 s  server  6,000 bytes, 2 packets, until +0.060000 s",
      "+2.080000 s  client  50 bytes",
      "+3.100000 s  server  RST with ACK, window 500, TTL 62, IP-ID 9005",
    ]);
    expect(faults).toEqual([]);
    const text = stripVTControlCharacters(explanationText(rows[0], packets[0]));
    expect(text).toMatch(
      /^10\.0\.0\.1:40000 → 10\.0\.1\.1:443 {2}reset by the server: unread_data_close \(\d+% sure\)\n/,
    );
    expect(text).toMatch(
      /RST with ACK.*\n {2}What follows: [^]*\n {2}Could also be: [^]*\n {2}What would settle it: [^]*\n {2}Wireshark: /,
    );
  });

  it("is found by its ends in either order", async () => {
    expect(await ask(path, SERVER, CLIENT)).toEqual(await ask(path, CLIENT, SERVER));
  });

  it("is found over IPv6", async () => {
    const file = capture("six.pcap", new Conversation({ family: 6 }).play("cS sRR"));
    const { rows, packets } = await ask(file, "[fd00::201]:443", "[fd00::101]:40000");
    expect(rows.map(({ cause }) => cause)).toEqual(["port_closed"]);
    expect(packets[0][1]).toContain("server  RST with ACK, window 0, TTL 62");
  });

  it("is told although it did not end, or its end was not seen", async () => {
    const { rows } = await ask(capture("open.pcap", new Conversation().play("cS sSA cA cD200 sA")), CLIENT, SERVER);
    expect(rows.map((row) => row.kind)).toEqual(["open"]);
    expect(explanationText(rows[0])).toContain("It had not ended when the capture did.");
  });

  it("shows what was sent again, probed and answered by ICMP", async () => {
    const dead = new Conversation().play("cS ~1s =cS sSA cA cD200 sA ~5s");
    dead.send("c", { seq: dead.next("c") - 1, payloadLength: 0 }).play("sA cD300 ~1s =cD300 ~1s =cD300 ~1s");
    dead.send("c", { seq: dead.next("c") - 300, payloadLength: 300, icmp: (3 << 8) | 1 });
    const { packets } = await ask(capture("dead.pcap", dead), CLIENT, SERVER);
    expect(packets[0].map((line) => line.replace(/^.*? s {2}/, "").replace(/, TTL.*/, ""))).toEqual([
      "client  SYN",
      "client  SYN again",
      "server  SYN-ACK",
      "client  ACK",
      "client  200 bytes",
      "client  keepalive probe",
      "server  ACK",
      "client  300 bytes",
      "client  600 bytes again, 2 packets, until +8.100000 s",
      "client  is told by ICMP: destination unreachable (code 1)",
    ]);
  });

  it("is told by its beginning and its end where it is long", async () => {
    const long = new Conversation().play(`cS sSA cA ${"cD10 sD20 ".repeat(100)} cF sF cA`);
    const { packets } = await ask(capture("long.pcap", long), CLIENT, SERVER);
    expect(packets[0]).toHaveLength(8 + 1 + 16);
    expect(packets[0][8]).toBe("… 182 packets more");
    expect(packets[0].at(-3)).toContain("client  FIN");
  });
});

describe("several connections of the same ports", () => {
  it("are all told, each with its own packets", async () => {
    const again = new Conversation({ startUs: START + 60_000_000, clientIsn: 900_000 }).play("cS sRR");
    const { rows, packets } = await ask(capture("reuse.pcap", aborted, again), CLIENT, SERVER);
    expect(rows.map(({ cause }) => cause)).toEqual(["unread_data_close", "port_closed"]);
    expect(packets.map((lines) => lines.length)).toEqual([7, 2]);
    expect(packets[1][0]).toContain("+0.000000 s  client  SYN");
  });

  it("are kept apart where they are in two VLANs at the same time", async () => {
    const other = new Conversation({ context: 7, startUs: START + 15_000, clientIsn: 70_000 }).play(
      "cS sSA cA cF sF cA",
    );
    const { rows, packets } = await ask(capture("vlan.pcap", aborted, other), CLIENT, SERVER);
    expect(rows.map(({ kind }) => kind)).toEqual(["reset", "fin"]);
    expect(packets.map((lines) => lines.length)).toEqual([7, 6]);
  });
});

describe("a connection that is not there", () => {
  const path = capture("near.pcap", aborted);

  it.each([
    ["10.0.0.1:40009", SERVER, "Between the same hosts it has 10.0.0.1:40000 → 10.0.1.1:443"],
    ["10.0.1.1:9", "10.0.0.1:9", "Between the same hosts it has 10.0.0.1:40000 → 10.0.1.1:443"],
    ["10.0.0.1:1", "10.9.9.9:2", "10.0.0.1 has 1 connection with others; 10.9.9.9 is not in it"],
    ["10.9.9.9:1", "10.9.9.9:2", "10.9.9.9 is not in it. Behind a NAT"],
  ])("%s and %s", async (first, second, near) => {
    const found = await ask(path, first, second);
    expect(found.rows).toEqual([]);
    expect(String(found.near)).toContain(near);
  });

  it("names a few and counts the rest", async () => {
    const many = Array.from({ length: 8 }, (_, i) => new Conversation({ clientPort: 41_000 + i }).play("cS sRR"));
    const { near } = await ask(capture("many.pcap", ...many), "10.0.0.1:1", SERVER);
    expect(String(near)).toMatch(/41002 → 10\.0\.1\.1:443 and 5 connections more$/);
  });
});

describe("an end", () => {
  it.each([
    ["10.0.0.1:443", "10.0.0.1:443"],
    ["10.0.0.1.443", "10.0.0.1:443"],
    ["[2001:DB8:0::1]:80", "[2001:db8::1]:80"],
    ["[::ffff:10.0.0.1]:80", "10.0.0.1:80"],
  ])("is %s", (text, canonical) => {
    const { address, port } = parseEndpoint(text);
    expect(endpointText(address, port)).toBe(canonical);
  });

  it.each(["10.0.0.1", "10.0.0:80", "10.0.0.1:65536", "::1:80", "[::1]", "host:80", ""])("is not '%s'", (text) => {
    expect(() => parseEndpoint(text)).toThrow("no address with a port");
  });
});

describe("the command", { timeout: 60_000 }, () => {
  const main = join(import.meta.dirname, "..", "main.ts");
  const why = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ["--conditions=source", main, "why", ...args], { encoding: "utf8" });

  it("tells what it found", () => {
    const { status, stdout, stderr } = why(SERVER, CLIENT, "--pcap", capture("told.pcap", aborted));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("reset by the server: unread_data_close");
  });

  it("fails where there is no such connection, on one line", () => {
    const { status, stdout, stderr } = why("10.0.0.1:1", SERVER, "--pcap", capture("none.pcap", aborted));
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^hangup why: no connection between 10\.0\.0\.1:1 and .* in .*none\.pcap\. Between .*\n$/);
  });

  it("says when the capture was cut", () => {
    const path = join(folder, "cut.pcap");
    writeFileSync(path, segmentCapture(aborted.segments).subarray(0, -3));
    const { status, stdout, stderr } = why(CLIENT, SERVER, "--pcap", path);
    expect(status).toBe(3);
    expect(stderr).toContain("ends in the middle of a record");
    expect(stdout).toContain("It had not ended when the capture did.");
  });

  it.each([
    { name: "one end", argv: [CLIENT, "--pcap", "x"], code: "HANGUP_USAGE", message: "a connection has two ends" },
    { name: "no capture", argv: [CLIENT, SERVER], code: "HANGUP_USAGE", message: "--pcap is required" },
    {
      name: "a capture that is not there",
      argv: [CLIENT, SERVER, "--pcap", join(folder, "nowhere")],
      code: "HANGUP_FILE",
      message: "there is no such file",
    },
  ])("refuses $name", async ({ argv, code, message }) => {
    await expect(run(argv)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});
