import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLab, type Lab } from "@hangup/lab";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, freePortFlags, hangup, spawnUp, startUp, type RunningUp } from "./hangup-up.ts";

const isRoot = process.getuid?.() === 0;
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";

/** Every process that has the data directory in its command line or environment: all that this `up` has started. */
function processesOf(directory: string): string[] {
  const pids = execFileSync("ps", ["-eo", "pid="], { encoding: "utf8" }).trim().split(/\s+/);
  return pids.filter((pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/environ`, "utf8");
      return text.includes(directory) && Number(pid) !== process.pid;
    } catch {
      return false;
    }
  });
}

describe.skipIf(!isRoot && !mustRun)("hangup up", () => {
  let lab: Lab;
  let directory: string;
  let collect: string[];
  let up: RunningUp | undefined;

  beforeAll(async () => {
    lab = await createLab({ name: "up", servers: 1 });
    directory = mkdtempSync(join(tmpdir(), "hangup-up-"));
    collect = ["--collect", `--netns ${lab.middle.netns} -i ${lab.middle.interface}`];
  });

  afterAll(async () => {
    await lab?.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  afterEach(async () => {
    up?.child.kill("SIGKILL");
    await up?.exited;
  });

  it("refuses a second one in the same directory, stops within 10 s on ctrl-C, and leaves nothing behind", async () => {
    up = await startUp(collect, { dataDirectory: directory });
    for (const part of ["kafka", "clickhouse", "ingest", "query", "alerter", "collector"]) {
      expect(up.output()).toMatch(new RegExp(`${part} +ready`));
    }
    expect(up.output()).toContain(`${up.url}/`);
    const second = await hangup(["up", "--data", directory]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`hangup up already runs in ${directory}`);
    const children = processesOf(directory);
    expect(children.length).toBeGreaterThanOrEqual(6);
    const asked = Date.now();
    expect(await up.stop()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(processesOf(directory)).toEqual([]);
  });

  it("starts again on the same data", async () => {
    up = await startUp(collect, { dataDirectory: directory });
    expect(await up.stop()).toBe(0);
  });

  it("names a child that dies, with the last lines of its log, and stops the others", async () => {
    up = await startUp(collect, { dataDirectory: directory });
    const ingest = processesOf(directory).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("ingest"),
    );
    process.kill(Number(ingest), "SIGKILL");
    expect(await up.exited).toBe(1);
    expect(up.output()).toMatch(/hangup up: ingest was killed\. The end of .*ingest\.log:\n/);
    expect(processesOf(directory)).toEqual([]);
  });

  it.each(["kafka", "clickhouse", "ingest", "collector"])("stops cleanly while %s is starting", async (part) => {
    const fresh = mkdtempSync(join(tmpdir(), "hangup-up-"));
    const starting = spawnUp(["--data", fresh, ...(await freePortFlags()), ...collect]);
    await eventually(async () => existsSync(join(fresh, "logs", `${part}.log`)), Boolean, 60_000);
    starting.child.kill("SIGINT");
    expect(await starting.exited).toBe(0);
    expect(starting.output()).toContain("stopped");
    expect(starting.output()).not.toContain("hangup is up");
    expect(processesOf(fresh)).toEqual([]);
    rmSync(fresh, { recursive: true, force: true });
  });

  it("leaves nothing behind when it is killed itself", async () => {
    up = await startUp(collect, { dataDirectory: directory });
    up.child.kill("SIGKILL");
    await up.exited;
    const deadline = Date.now() + 15_000;
    while (processesOf(directory).length > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(processesOf(directory)).toEqual([]);
  });
});
