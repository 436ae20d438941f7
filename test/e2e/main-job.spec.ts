import { execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createLab, mix, randomFrom, type Ending, type Lab, type Plan } from "@hangup/lab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getRstRate, servedServices, type RateRow } from "./grpc-client.ts";
import { eventually, hangup, startUp, type RunningUp } from "./hangup-up.ts";

/**
 * The main job on real parts: real sockets between real stacks, tcpdump, Kafka, ClickHouse, the API. The suite knows what
 * it made and asks every surface for it. The seed changes the mix each run; HANGUP_SEED repeats one.
 */
const seed = Number(process.env["HANGUP_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const CONNECTIONS = 160;
const AT_ONCE = 16;

const isRoot = process.getuid?.() === 0;
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";

interface Notification {
  readonly state: string;
  readonly port: number;
  readonly cause: string;
  readonly summary: string;
}

describe.skipIf(!isRoot && !mustRun)(`the main job (seed ${seed})`, () => {
  let lab: Lab;
  let up: RunningUp;
  let receiver: Server;
  const notifications: Notification[] = [];
  /** `host port cause` → how many. */
  const expected = new Map<string, number>();

  beforeAll(async () => {
    console.log(`HANGUP_SEED=${seed}`);
    receiver = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        notifications.push(JSON.parse(body) as Notification);
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    lab = await createLab({ name: "e2e", servers: 3 });
    const { netns, interface: device } = lab.middle;
    up = await startUp([
      "--collect",
      `--collector e2e --netns ${netns} -i ${device} --silence 4s`,
      "--alert",
      `--interval 2s --delay 3s --quiet-intervals 3 --webhook ${webhook}`,
    ]);
    await play(mix(seed, lab), CONNECTIONS);
  });

  afterAll(async () => {
    await up?.stop();
    await lab?.destroy();
    receiver?.close();
  });

  /** Makes `count` connections, several at once, and notes what must be found. */
  async function play(plans: Generator<Plan, never>, count: number): Promise<void> {
    let left = count;
    const runner = async (): Promise<void> => {
      while (left-- > 0) note(await lab.run(plans.next().value));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runner));
  }

  function note({ server, truth }: Ending): void {
    const key = `${server.address} ${server.port} ${truth.causes[0]}`;
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }

  function total(): number {
    return [...expected.values()].reduce((sum, count) => sum + count, 0);
  }

  async function rest<T>(path: string): Promise<T> {
    const response = await fetch(`${up.url}/api/v1/${path}`);
    expect(response.status, `GET ${path}`).toBe(200);
    return (await response.json()) as T;
  }

  it("REST counts by host, port and cause are what was made", async () => {
    const rows = await eventually(
      async () => (await rest<{ rows: RateRow[] }>("rst-rate?group_by=host,port,cause&limit=1000")).rows,
      (found) => [...counted(found).values()].reduce((sum, count) => sum + count, 0) >= total(),
      60_000,
    );
    expect(sorted(counted(rows))).toEqual(sorted(expected));
  });

  it("gRPC says the same, and describes itself", async () => {
    const rows = await getRstRate(up.grpc, ["host", "port", "cause"]);
    expect(sorted(counted(rows))).toEqual(sorted(expected));
    expect(await servedServices(up.grpc)).toContain("hangup.v1.QueryService");
  });

  it("SQL says the same", async () => {
    const query = `SELECT replaceRegexpOne(toString(server_ip), '^::ffff:', '') AS host, server_port AS port, cause, count() AS n
      FROM hangup.teardowns GROUP BY ALL`;
    const { code, stdout, stderr } = await hangup(["sql", "--api", up.url, "--output", "json", query]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as { host: string; port: number; cause: string; n: number | string }[];
    expect(sorted(new Map(rows.map((row) => [`${row.host} ${row.port} ${row.cause}`, Number(row.n)])))).toEqual(
      sorted(expected),
    );
  });

  it("top says the same", async () => {
    const { code, stdout } = await hangup([
      "top",
      "--api",
      up.url,
      "--by",
      "host,port,cause",
      "--output",
      "json",
      "--limit",
      "1000",
      "--once",
    ]);
    expect(code).toBe(0);
    expect(sorted(counted((JSON.parse(stdout) as { rows: RateRow[] }).rows))).toEqual(sorted(expected));
  });

  it("top names a group that does not exist, and the one that was meant", async () => {
    const { code, stderr } = await hangup(["top", "--api", up.url, "--by", "hots", "--once"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/'hots'.*Did you mean 'host'\?/);
  });

  it("every row came from tcpdump, in order, without a gap", async () => {
    const pids = execFileSync("ip", ["netns", "pids", lab.middle.netns], { encoding: "utf8" }).trim().split("\n");
    const programs = pids.map((pid) => execFileSync("ps", ["-o", "comm=", "-p", pid], { encoding: "utf8" }).trim());
    expect(programs).toContain("tcpdump");
    expect(up.output()).not.toContain("replay");
    const query =
      "SELECT collector, capture_mode, count() AS n, min(seq) AS first, max(seq) AS last FROM hangup.teardowns GROUP BY ALL";
    const { stdout } = await hangup(["sql", "--api", up.url, "--output", "json", query]);
    const rows = (JSON.parse(stdout) as Record<string, string | number>[]).map((row) => ({
      ...row,
      n: Number(row["n"]),
      first: Number(row["first"]),
      last: Number(row["last"]),
    }));
    expect(rows).toEqual([{ collector: "e2e", capture_mode: "all", n: total(), first: 0, last: total() - 1 }]);
  });

  it("fires an alert on a burst of aborts, says what rose, and resolves it", async () => {
    const port = lab.ports[0];
    const random = randomFrom(seed + 1);
    const burst: Plan = {
      scenario: "turned_away",
      server: 1,
      port,
      family: 4,
      client: 0,
      requestBytes: 100,
      answerBytes: 100,
    };
    const background: Plan = { ...burst, scenario: "client_first" };
    const end = Date.now() + 40_000;
    // The mix before it may have made the alerter speak of something else; this one is ours.
    const spoken = (wanted: string): Notification | undefined =>
      notifications.find(({ state, port: at, cause }) => state === wanted && at === port && cause === "access_denied");
    while (spoken("firing") === undefined && Date.now() < end) {
      const plans = Array.from({ length: 24 }, () => (random() < 0.5 ? burst : background));
      for (const ending of await Promise.all(plans.map((plan) => lab.run(plan)))) note(ending);
      await sleep(200);
    }
    const fired = spoken("firing");
    expect(fired?.summary).toMatch(/access_denied on port 443: .* of \d+ connections/);
    expect(fired?.summary).toContain("10.77.2.2");
    await eventually(
      async () => spoken("resolved"),
      (found) => found !== undefined,
      60_000,
    );
    const { rows } = await rest<{ rows: Notification[] }>("alerts?state=resolved");
    expect(rows).toContainEqual(expect.objectContaining({ port, cause: "access_denied", state: "resolved" }));
  });

  it("still counts exactly after the burst", async () => {
    const found = await eventually(
      async () =>
        sorted(counted((await rest<{ rows: RateRow[] }>("rst-rate?group_by=host,port,cause&limit=1000")).rows)),
      (counts) => counts.reduce((sum, [, count]) => sum + count, 0) >= total(),
      30_000,
    );
    expect(found).toEqual(sorted(expected));
    expect(await up.stop()).toBe(0);
  });
});

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Rows of a rate query as the suite counts them: every end has exactly one place. */
function counted(rows: readonly RateRow[]): Map<string, number> {
  return new Map(
    rows.map((row) => [
      `${row.host} ${row.port} ${row.cause}`,
      row.fins + row.resets + row.timeouts + row.failed_attempts + row.orphan_resets,
    ]),
  );
}
