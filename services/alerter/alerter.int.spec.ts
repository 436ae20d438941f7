import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { queryRows } from "@hangup/clickhouse";
import { TestEngine } from "@hangup/clickhouse/testing";
import { freePort } from "@hangup/service/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AlertRow } from "./alert.ts";
import { HttpReceiver } from "./testing/http-receiver.ts";
import { insertRows, type TestRow } from "./testing/teardown-rows.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const second = 1_000;
/** The burst goes on for so many seconds after it was inserted. */
const BURST_SECONDS = 10;

/** A minute and a half of quiet, then a burst of aborts that goes on into the future: 40 connections a second. */
function traffic(start: number): TestRow[] {
  return Array.from({ length: (90 + BURST_SECONDS) * 40 }, (_, i): TestRow => {
    const endTime = start - 90 * second + i * 25;
    const aborted = endTime >= start - 2 * second ? i % 4 === 0 : i % 80 === 0;
    return {
      server_ip: i % 3 === 0 ? "2001:db8::7" : "::ffff:10.0.0.5",
      server_port: 443,
      kind: aborted ? "reset" : "fin",
      cause: aborted ? "app_abort" : "fin_client_first",
      stage: "data",
      benign: false,
      endTime,
    };
  });
}

describe("the alerter on the real engine", () => {
  let engine: TestEngine;
  let admin: number;
  let alerter: ChildProcess;
  const people = new HttpReceiver();

  async function startAlerter(): Promise<void> {
    const options = ["--interval", "1s", "--delay", "100ms", "--quiet-intervals", "3"];
    const where = ["--clickhouse", engine.url, "--webhook", await listening, "--admin-listen", `127.0.0.1:${admin}`];
    alerter = spawn(process.execPath, ["--conditions=source", MAIN, ...options, ...where], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    await vi.waitFor(() => ready(200), { timeout: 60_000, interval: 100 });
  }

  async function ready(wanted: number): Promise<void> {
    const { status } = await fetch(`http://127.0.0.1:${admin}/readyz`);
    if (status !== wanted) throw new Error(`/readyz answers ${status}`);
  }

  function endAlerter(signal: NodeJS.Signals): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => alerter.once("exit", (code) => resolve(code)));
    alerter.kill(signal);
    return ended;
  }

  const listening = people.listen();
  const told = (): AlertRow[] => people.requests.map(({ body }) => body as AlertRow);
  const stored = (): Promise<AlertRow[]> =>
    queryRows<AlertRow>(engine.client, "SELECT * FROM hangup.alerts FINAL ORDER BY started_time");

  const deliveries = async (): Promise<string[]> => {
    const rows = await queryRows<{ text: string }>(
      engine.client,
      "SELECT concat(alert_id, ' ', state) AS text FROM hangup_internal.alert_deliveries ORDER BY delivered_time",
    );
    return rows.map(({ text }) => text);
  };

  beforeAll(async () => {
    engine = await TestEngine.start();
    admin = await freePort();
  });
  afterAll(async () => {
    if (alerter?.exitCode === null) await endAlerter("SIGKILL");
    await engine?.stop();
    await people.close();
  });

  it(
    "fires into a real receiver, survives kill -9 without firing twice, and resolves",
    { timeout: 120_000 },
    async () => {
      await startAlerter();
      await insertRows(engine.client, traffic(Math.floor(Date.now() / second) * second));
      await people.received(1);
      const [fired] = told();
      expect(fired).toMatchObject({
        id: expect.stringMatching(/^443-app_abort-\d+$/),
        state: "firing",
        resets: 10,
        teardowns: 40,
      });
      expect(fired.summary).toMatch(
        /^app_abort on port 443: 25\.0 % of 40 connections were reset in the second to \d\d:\d\d(:\d\d)? UTC, \d\.\d % of 2,400 in the minute before; most on 10\.0\.0\.5 \(\d\), 2001:db8::7 \(\d\)$/,
      );
      expect(await stored()).toMatchObject([{ id: fired.id, state: "firing", port: 443, cause: "app_abort" }]);

      await expect.poll(deliveries, { timeout: 30_000 }).toEqual([`${fired.id} firing`]);
      await endAlerter("SIGKILL");
      await startAlerter();
      await people.received(2);
      const [, resolved] = told();
      expect(resolved).toMatchObject({
        id: fired.id,
        state: "resolved",
        started_time: fired.started_time,
        baseline_teardowns: 2_400,
      });
      expect(await stored()).toMatchObject([{ id: fired.id, state: "resolved", resets: 10, teardowns: 40 }]);
    },
  );

  it("says that ClickHouse is away, and goes on when it is back", async () => {
    await engine.pause();
    await vi.waitFor(() => ready(503), { timeout: 30_000, interval: 100 });
    await engine.restart();
    await vi.waitFor(() => ready(200), { timeout: 60_000, interval: 100 });
    const metrics = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
    expect(metrics).toMatch(/hangup_alerter_failures_total\{request="query"\} [1-9]/);
    expect(metrics).toContain("hangup_alerter_firing_alerts 0");
  });

  it("stops when it is told to", async () => {
    expect(await endAlerter("SIGTERM")).toBe(0);
    expect(told().length).toBe(2);
    const { id } = told()[0];
    expect(await deliveries()).toEqual([`${id} firing`, `${id} resolved`]);
  });
});
