import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLab, mix, SCENARIO_NAMES, type Ending, type Lab, type Plan, type ScenarioName } from "@hangup/lab";
import { readBack } from "@hangup/packets/builder";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CollectorProcess, type PrintedRow } from "./testing/collector-process.ts";

/**
 * The proof that matters: real sockets between real stacks, real tcpdump, and each connection named as it was made.
 * HANGUP_SEED repeats a mix.
 */
const seed = Number(process.env["HANGUP_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const isRoot = process.getuid?.() === 0;
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";
/** Longer than the lab's SYNs are apart. */
const SILENCE = "6s";

/** What a row must say of an ending. */
interface Verdict {
  readonly scenario: ScenarioName;
  readonly kind: string;
  readonly cause: string;
  readonly sender: string | null;
  readonly firstFinBy: string | null;
  readonly firstRstBy: string | null;
}

function expected({ scenario, truth }: Ending): Verdict {
  return {
    scenario,
    kind: truth.kind,
    cause: truth.causes[0],
    sender: truth.sender,
    firstFinBy: truth.firstFinBy || null,
    firstRstBy: truth.firstRstBy || null,
  };
}

/** With flags alone the finest cause may be out of reach: then a coarser one that is true counts as it. */
function found({ scenario, truth }: Ending, row: PrintedRow): Verdict {
  return {
    scenario,
    kind: row.kind,
    cause: row.capture_mode === "flags" && truth.causes.includes(row.cause) ? truth.causes[0] : row.cause,
    sender: row.sender,
    firstFinBy: row.first_fin_by,
    firstRstBy: row.first_rst_by,
  };
}

function tuple(row: PrintedRow): string {
  return `${row.client_ip} ${row.client_port} ${row.server_ip} ${row.server_port}`;
}

/** Every ending has one row, and that says what was made. */
function expectEachOnce(endings: readonly Ending[], rows: readonly PrintedRow[]): void {
  const byTuple = new Map(rows.map((row) => [tuple(row), row]));
  expect(byTuple.size).toBe(rows.length);
  const verdicts = endings.map((ending) => {
    const { client, server } = ending;
    const row = byTuple.get(`${client.address} ${client.port} ${server.address} ${server.port}`);
    return row === undefined ? { scenario: ending.scenario, missing: true } : found(ending, row);
  });
  expect(verdicts).toEqual(endings.map(expected));
}

function ip(words: string, ...more: readonly string[]): void {
  execFileSync("ip", [...words.split(" "), ...more]);
}

async function play(lab: Lab, plans: Iterator<Plan>, count: number): Promise<Ending[]> {
  const endings: Ending[] = [];
  let left = count;
  const runner = async (): Promise<void> => {
    while (left-- > 0) endings.push(await lab.run(plans.next().value as Plan));
  };
  await Promise.all(Array.from({ length: 12 }, runner));
  return endings;
}

/** As many of each ending, so that the rare ones are not left to chance. */
const even = Object.fromEntries(SCENARIO_NAMES.map((name) => [name, 1])) as Record<ScenarioName, number>;

describe.skipIf(!isRoot && !mustRun)(`live capture (seed ${seed})`, () => {
  let lab: Lab;

  beforeAll(async () => {
    console.log(`HANGUP_SEED=${seed}`);
    lab = await createLab({ name: "capture", servers: 3 });
  });
  afterAll(() => lab?.destroy());

  it.each([
    { mode: "all", extra: [] },
    { mode: "flags", extra: [] },
    { mode: "all", extra: ["--low-latency"] },
  ])("names every ending as it was made: capture mode $mode $extra", async ({ mode, extra }) => {
    const { netns, interface: device } = lab.middle;
    const args = ["--dry-run", "--netns", netns, "-i", device, "--silence", SILENCE, "--capture-mode", mode, ...extra];
    const collector = new CollectorProcess(args);
    await collector.capturing();
    const endings = await play(lab, mix(seed, { ...lab, weights: even }), 130);
    await collector.until(() => collector.rows().length >= endings.length);
    expect(await collector.stop()).toBe(0);
    const rows = collector.rows();
    expectEachOnce(endings, rows);
    expect(rows.length).toBe(endings.length);
    expect(new Set(rows.map((row) => row.capture_mode))).toEqual(new Set([mode]));
    expect(new Set(rows.map((row) => row.vantage))).toEqual(new Set(["middle"]));
    expect(collector.stderr).toMatch(
      /\d+ packets captured\n\d+ packets received by filter\n0 packets dropped by kernel/,
    );
  });

  it.each([
    { name: "several interfaces", interfaces: () => [lab.middle.interface, "server1", "server2", "server3"] },
    { name: "any interface", interfaces: () => ["any"] },
  ])("counts once what crosses $name of a router", async ({ interfaces }) => {
    const { netns } = lab.middle;
    const choice = interfaces().flatMap((name) => ["-i", name]);
    const collector = new CollectorProcess(["--dry-run", "--netns", netns, ...choice, "--silence", SILENCE]);
    await collector.capturing();
    // Which of two FINs on their way comes by first depends on the interface.
    const endings = await play(lab, mix(seed, { ...lab, weights: { ...even, simultaneous: 0 } }), 60);
    await collector.until(() => collector.rows().length >= endings.length);
    expect(await collector.stop()).toBe(0);
    expectEachOnce(endings, collector.rows());
  });

  it.each(["all", "flags"])("sees through a real VXLAN: capture mode %s", async (mode) => {
    const { netns, interface: device } = lab.middle;
    const ends = [
      { netns: lab.client.netns, local: "10.77.100.10", remote: "10.77.1.2", inner: "172.31.0.1" },
      { netns: lab.server(0).netns, local: "10.77.1.2", remote: "10.77.100.10", inner: "172.31.0.2" },
    ];
    for (const { netns: end, local, remote, inner } of ends) {
      ip(`-n ${end} link add overlay type vxlan id 42 local ${local} remote ${remote} dstport 4789`);
      ip(`-n ${end} addr add ${inner}/24 dev overlay`);
      ip(`-n ${end} link set overlay up`);
    }
    try {
      const collector = new CollectorProcess(["--dry-run", "--netns", netns, "-i", device, "--capture-mode", mode]);
      await collector.capturing();
      const refused = 'require("net").connect(9, "172.31.0.2").on("error", () => undefined)';
      ip(`netns exec ${lab.client.netns} ${process.execPath} -e`, refused);
      await collector.until(() => collector.rows().length >= 1);
      expect(await collector.stop()).toBe(0);
      expect(collector.rows()).toMatchObject([
        { client_ip: "172.31.0.1", server_ip: "172.31.0.2", server_port: 9, kind: "refused", capture_mode: mode },
      ]);
    } finally {
      for (const { netns: end } of ends) ip(`-n ${end} link del overlay`);
    }
  });

  it.each(["all", "flags"])("tests on a real interface that its filter sees what it should: mode %s", async (mode) => {
    const { netns, interface: device } = lab.middle;
    const collector = new CollectorProcess(["--self-test", "--netns", netns, "-i", device, "--capture-mode", mode]);
    expect(await collector.exited).toBe(0);
    expect(collector.stdout).toMatch(/^two VLAN tags +seen$/m);
    expect(collector.stdout).toMatch(/^MPLS +not seen$/m);
  });

  it("knows where it stands", async () => {
    const points = [
      { point: lab.client, vantage: "client" },
      { point: lab.server(0), vantage: "server" },
    ];
    const collectors = points.map(
      ({ point }) => new CollectorProcess(["--dry-run", "--netns", point.netns, "-i", "any", "--silence", SILENCE]),
    );
    await Promise.all(collectors.map((collector) => collector.capturing()));
    const plan: Plan = {
      scenario: "client_first",
      server: 0,
      port: 443,
      family: 4,
      client: 1,
      requestBytes: 90,
      answerBytes: 900,
    };
    await lab.run(plan);
    for (const [i, collector] of collectors.entries()) {
      await collector.until(() => collector.rows().length >= 1);
      await collector.stop();
      expect(collector.rows()).toMatchObject([{ vantage: points[i].vantage, kind: "fin" }]);
    }
  });

  it("starts tcpdump again when it dies, and goes on", async () => {
    const { netns, interface: device } = lab.middle;
    const collector = new CollectorProcess(["--dry-run", "--netns", netns, "-i", device]);
    await collector.capturing();
    const plan: Plan = {
      scenario: "refused",
      server: 0,
      port: 9,
      family: 4,
      client: 0,
      requestBytes: 0,
      answerBytes: 0,
    };
    await lab.run(plan);
    await collector.until(() => collector.rows().length === 1);
    const pids = execFileSync("ip", ["netns", "pids", netns], { encoding: "utf8" }).trim().split("\n");
    for (const pid of pids) process.kill(Number(pid), "SIGKILL");
    await collector.until(() => collector.stderr.includes("tcpdump is started again"));
    await collector.until(() => collector.stderr.includes("tcpdump runs again"));
    await lab.run(plan);
    await collector.until(() => collector.rows().length === 2);
    expect(await collector.stop()).toBe(0);
    const ids = collector.rows().map(({ id }) => id.split("-").at(-1));
    expect(ids).toEqual(["0", "1"]);
  });

  it("comes back when its interface has gone and come again; SIGHUP lets it look at once", async () => {
    const near = lab.client.netns;
    const far = lab.server(0).netns;
    const make = (): void => {
      ip(`-n ${near} link add spare type veth peer name spare netns ${far}`);
      for (const [end, host] of [near, far].entries()) {
        ip(`-n ${host} addr add 172.30.0.${end + 1}/24 dev spare`);
        ip(`-n ${host} link set spare up`);
      }
    };
    const refuse = (): void => {
      const connect = 'require("net").connect(9, "172.30.0.2").on("error", () => undefined)';
      ip(`netns exec ${near} ${process.execPath} -e`, connect);
    };
    make();
    try {
      const collector = new CollectorProcess(["--dry-run", "--netns", near, "-i", "spare"]);
      await collector.capturing();
      refuse();
      await collector.until(() => collector.rows().length === 1);
      ip(`-n ${near} link del spare`);
      await collector.until(() => (collector.stderr.match(/is started again/g) ?? []).length >= 2);
      make();
      collector.child.kill("SIGHUP");
      await collector.until(() => collector.stderr.includes("tcpdump runs again"));
      refuse();
      await collector.until(() => collector.rows().length === 2);
      expect(await collector.stop()).toBe(0);
      expect(collector.rows().map(({ kind }) => kind)).toEqual(["refused", "refused"]);
    } finally {
      ip(`-n ${near} link del spare`);
    }
  });

  it.skipIf(!existsSync("/dev/net/tun"))("goes on with one that comes again with another link type", async () => {
    const { netns } = lab.client;
    ip(`-n ${netns} link add spare type veth peer name other`);
    ip(`-n ${netns} link set spare up`);
    try {
      const collector = new CollectorProcess(["--dry-run", "--netns", netns, "-i", "spare"]);
      await collector.capturing();
      ip(`-n ${netns} link del spare`);
      await collector.until(() => collector.stderr.includes("is started again"));
      ip(`-n ${netns} tuntap add dev spare mode tun`);
      ip(`-n ${netns} link set spare up`);
      collector.child.kill("SIGHUP");
      await collector.until(() => /"linkType":"RAW","before":"EN10MB".* runs again/.test(collector.stderr));
      expect(await collector.stop()).toBe(0);
    } finally {
      ip(`-n ${netns} link del spare`);
    }
  });

  it.each([
    { name: "one interface", interfaces: () => [lab.middle.interface], extra: [] },
    { name: "several interfaces", interfaces: () => [lab.middle.interface, "server1"], extra: [] },
    { name: "a number of packets", interfaces: () => [lab.middle.interface], extra: ["-c", "99"] },
  ])("goes on in a new file at SIGHUP: $name", async ({ interfaces, extra }) => {
    const directory = mkdtempSync(join(tmpdir(), "hangup-rotate-"));
    try {
      const [file, old] = [join(directory, "capture"), join(directory, "capture.1")];
      const choice = [...interfaces().flatMap((name) => ["-i", name]), ...extra];
      const collector = new CollectorProcess(["--dry-run", "--netns", lab.middle.netns, ...choice, "-w", file]);
      await collector.capturing();
      const refuse = (): Promise<unknown> =>
        lab.run({ scenario: "refused", server: 0, port: 9, family: 4, client: 0, requestBytes: 0, answerBytes: 0 });
      await refuse();
      await collector.until(() => collector.rows().length === 1);
      renameSync(file, old);
      collector.child.kill("SIGHUP");
      await expect.poll(() => existsSync(file), { timeout: 5_000 }).toBe(true);
      await refuse();
      await collector.until(() => collector.rows().length === 2);
      expect(await collector.stop()).toBe(0);
      // Every packet stands in one of them: a SYN and a RST, seen once an interface.
      const packets = [old, file].map((path) => readBack(readFileSync(path)).segments.length);
      expect(packets).toEqual([2, 2].map((count) => count * interfaces().length));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("leaves no tcpdump behind when it is killed itself, even where no packet comes", async () => {
    const { netns } = lab.middle;
    const collector = new CollectorProcess(["--dry-run", "--netns", netns, "-i", "lo"]);
    await collector.capturing();
    const running = (): string => execFileSync("ip", ["netns", "pids", netns], { encoding: "utf8" });
    expect(running()).not.toBe("");
    collector.child.kill("SIGKILL");
    await expect.poll(running, { timeout: 5_000 }).toBe("");
  });

  it("prints tcpdump's counters at SIGUSR1 and lives on", async () => {
    const { netns, interface: device } = lab.middle;
    const collector = new CollectorProcess(["--dry-run", "--netns", netns, "-i", device]);
    await collector.capturing();
    await lab.run({ scenario: "refused", server: 0, port: 9, family: 4, client: 0, requestBytes: 0, answerBytes: 0 });
    await collector.until(() => collector.rows().length === 1);
    collector.child.kill("SIGUSR1");
    await collector.until(() =>
      /2 packets captured\n\d+ packets received by filter\n0 packets dropped by kernel/.test(collector.stderr),
    );
    await sleep(200);
    expect(collector.child.exitCode).toBeNull();
    expect(await collector.stop()).toBe(0);
  });

  it("leaves out the connections to its own servers", async () => {
    const { netns, interface: device } = lab.middle;
    const own = ["--own", "10.77.1.2:443"];
    const collectors = [own, [...own, "--include-own"]].map(
      (extra) => new CollectorProcess(["--dry-run", "--netns", netns, "-i", device, ...extra]),
    );
    await Promise.all(collectors.map((collector) => collector.capturing()));
    for (const port of [443, 8080]) {
      await lab.run({ scenario: "no_data", server: 0, port, family: 4, client: 0, requestBytes: 0, answerBytes: 0 });
    }
    await collectors[1].until(() => collectors[1].rows().length === 2);
    await collectors[0].until(() => collectors[0].rows().length === 1);
    for (const collector of collectors) await collector.stop();
    expect(collectors[0].rows()).toMatchObject([{ server_port: 8080 }]);
    expect(collectors[0].stderr).toContain('"filtered":1');
  });
});
