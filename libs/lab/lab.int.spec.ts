import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createLab, type Ending, type Lab } from "./lab.ts";
import { CLOSED_PORT } from "./mix.ts";
import { namespaceNames } from "./namespaces.ts";
import { ipv4Only, SCENARIO_NAMES, type ScenarioName } from "./scenarios.ts";

const isRoot = process.getuid?.() === 0;
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";

/**
 * What tcpdump prints of each ending: client's segments in upper case, the server's in lower case; S and SA handshake,
 * D data, F, R, RA; pure ACKs left out, data in any number of segments.
 */
const WIRE: Readonly<Record<ScenarioName, RegExp>> = {
  client_first: /^S sa D+ d+ F f$/,
  server_first: /^S sa D+ d+ f F$/,
  no_data: /^S sa F f$/,
  simultaneous: /^S sa D+ d+ F f$/,
  cancelled: /^S sa R$/,
  half_close: /^S sa D+ F d+ f$/,
  refused: /^S ra$/,
  silence: /^S S S( S)*$/,
  client_abort: /^S sa D+ RA$/,
  server_abort: /^S sa D+ ra$/,
  unread_close: /^S sa D+ ra$/,
  turned_away: /^S sa ra$/,
  abort_after_answer: /^S sa D+ d+ ra$/,
  data_after_close: /^S sa D+ d+ f D+ r$/,
  forgotten: /^S sa D+ d+ D+ r$/,
};

/** tcpdump's words for the flags: `[S.]` → `SA`; '' for a pure ACK. */
function letters(flags: string, length: string): string {
  const kind = flags.replaceAll(/[.PEWU]/g, "");
  const ack = flags.includes(".") ? "A" : "";
  if (kind === "S" || kind === "R") return kind + ack;
  if (kind === "F") return length === "0" ? "F" : "D F";
  return length === "0" ? "" : "D";
}

/** Runs of data are one letter's repetition: `D D D` → `DDD`. */
function signature(lines: readonly string[], client: { address: string; port: number }): string {
  const line = /^IP6? (\S+)\.(\d+) > \S+: Flags \[(\S+)\].*length (\d+)/;
  const words = lines.flatMap((text) => {
    const [, address, port, flags, length] = line.exec(text) ?? [];
    if (flags === undefined) return [];
    const word = letters(flags, length);
    return word === "" ? [] : [address === client.address && Number(port) === client.port ? word : word.toLowerCase()];
  });
  return words.join(" ").replaceAll(/(?<=D) (?=D)|(?<=d) (?=d)/g, "");
}

/** Closed like CLOSED_PORT, for the last connection alone. */
const LAST_PORT = CLOSED_PORT + 1;

/** What tcpdump says of a capture that may still be growing. */
function print(file: string, expression: string): string {
  return spawnSync("tcpdump", ["-n", "-t", "-r", file, expression], { encoding: "utf8" }).stdout;
}

describe.skipIf(!isRoot && !mustRun)("a lab", () => {
  let lab: Lab;
  let directory: string;
  const endings: { family: number; ending: Ending }[] = [];
  let lines: string[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "hangup-lab-"));
    const file = join(directory, "lab.pcap");
    lab = await createLab({ name: "spec" });
    const { netns, interface: device } = lab.middle;
    const args = ["netns", "exec", netns, "tcpdump", "-n", "-U", "-i", device, "-w", file, "-Z", "root", "tcp"];
    const dump = spawn("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
    await once(dump.stderr, "data");
    const plans = lab.families.flatMap((family) =>
      SCENARIO_NAMES.filter((name) => family === 4 || !ipv4Only(name)).map((scenario) => ({ family, scenario })),
    );
    await Promise.all(
      plans.map(async ({ family, scenario }, client) => {
        const port = scenario === "refused" ? CLOSED_PORT : 443;
        const ending = await lab.run({
          scenario,
          server: 1,
          port,
          family,
          client,
          requestBytes: 300,
          answerBytes: 9_000,
        });
        endings.push({ family, ending });
      }),
    );
    // Packets come in their order: with the answer to a last one, all that came before are in the file.
    const last = { scenario: "refused", server: 1, port: LAST_PORT, family: 4, client: 0 } as const;
    await lab.run({ ...last, requestBytes: 0, answerBytes: 0 });
    await vi.waitUntil(() => print(file, `tcp src port ${LAST_PORT}`).includes("Flags [R.]"), 10_000);
    dump.kill("SIGINT");
    await once(dump, "exit");
    lines = print(file, `not port ${LAST_PORT}`).split("\n");
  });

  afterAll(async () => {
    await lab?.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(SCENARIO_NAMES)("makes %s as the wire shows it, in every address family", (scenario) => {
    const made = endings.filter(({ ending }) => ending.scenario === scenario);
    expect(new Set(made.map(({ family }) => family))).toEqual(new Set(ipv4Only(scenario) ? [4] : lab.families));
    for (const { ending } of made) {
      const { client, server } = ending;
      const ours = lines.filter(
        (line) =>
          line.includes(`${client.address}.${client.port} `) || line.includes(`${client.address}.${client.port}:`),
      );
      expect(ours.every((line) => line.includes(`${server.address}.${server.port}`))).toBe(true);
      expect(signature(ours, client)).toMatch(WIRE[scenario]);
    }
  });

  it("leaves the host's own links and routes alone", () => {
    const shown =
      execFileSync("ip", ["addr"], { encoding: "utf8" }) +
      execFileSync("ip", ["route", "show", "table", "all"], { encoding: "utf8" });
    expect(shown).not.toMatch(/10\.77\.|fd77:/);
  });

  it("says so when a connection does not go as its scenario says", async () => {
    const plan = {
      scenario: "client_first",
      server: 0,
      port: CLOSED_PORT,
      family: 4,
      client: 0,
      requestBytes: 1,
      answerBytes: 1,
    } as const;
    await expect(lab.run(plan)).rejects.toThrow(/client_first from .* met 'ECONNREFUSED'/);
  });
});

describe.skipIf(!isRoot && !mustRun)("a lab's end", () => {
  it("removes its namespaces", async () => {
    const lab = await createLab({ name: "gone", servers: 1 });
    expect(namespaceNames()).toContain(lab.middle.netns);
    await lab.destroy();
    expect(namespaceNames().filter((name) => name.startsWith("hangup-gone-"))).toEqual([]);
  });

  it("comes at the next lab when its process was killed", async () => {
    const program = `
      const { createLab } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
      const lab = await createLab({ name: "killed", servers: 1 });
      console.log(lab.middle.netns);
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ["--conditions=source", "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const netns = line.toString().trim();
    expect(namespaceNames()).toContain(netns);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(namespaceNames()).toContain(netns);
    const lab = await createLab({ name: "next", servers: 1 });
    expect(namespaceNames()).not.toContain(netns);
    await lab.destroy();
  });
});
