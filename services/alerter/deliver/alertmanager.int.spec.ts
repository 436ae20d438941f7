import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, createRegistry, systemClock } from "@hangup/service";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "@hangup/service/testing";
import { createMetrics } from "../metrics.ts";
import { alertOf } from "../testing/alerts.ts";
import { HttpReceiver } from "../testing/http-receiver.ts";
import { Alertmanager } from "./alertmanager.ts";

/** Debian's package, or the name that upstream gives it. */
const binary = ["prometheus-alertmanager", "alertmanager"]
  .flatMap((name) => ["/usr/bin", "/usr/local/bin"].map((directory) => join(directory, name)))
  .find((path) => existsSync(path));

interface Notification {
  readonly status: "firing" | "resolved";
  readonly alerts: readonly { labels: Record<string, string>; annotations: Record<string, string>; startsAt: string }[];
}

const installed = binary === undefined ? ", but prometheus-alertmanager is not installed" : "";

describe.skipIf(binary === undefined)(`a real Alertmanager${installed}`, () => {
  const people = new HttpReceiver();
  let directory: string;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "hangup-alertmanager-"));
    const config = join(directory, "alertmanager.yml");
    await writeFile(
      config,
      `route: { receiver: people, group_wait: 0s, group_interval: 1s }\nreceivers: [{ name: people, webhook_configs: [{ url: "${await people.listen()}", send_resolved: true }] }]\n`,
    );
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = spawn(
      binary ?? "",
      [
        `--config.file=${config}`,
        `--storage.path=${directory}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--cluster.listen-address=",
      ],
      { stdio: "ignore" },
    );
    await vi.waitFor(() => ready(url), { timeout: 30_000, interval: 100 });
  });

  afterAll(async () => {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill();
    await gone;
    await people.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("takes an alert, tells people of it, and tells them when it is resolved", async () => {
    const log = createLogger("alert");
    log.level = "silent";
    const manager = new Alertmanager(url, "http://127.0.0.1:8480/", {
      clock: systemClock,
      metrics: createMetrics(createRegistry(), () => 0),
      log,
      delivered: async () => undefined,
    });
    const now = Date.now();
    const alert = alertOf({ startedTime: now - 120_000, updatedTime: now });
    manager.announce([alert], [alert]);
    await people.received(1);
    const active = (await (await fetch(`${url}/api/v2/alerts`)).json()) as Record<string, unknown>[];
    expect(active).toMatchObject([
      {
        labels: { alertname: "HangupRstRate", port: "443", cause: "app_abort", severity: "warning" },
        annotations: { summary: alert.summary },
        startsAt: new Date(alert.startedTime).toISOString(),
        status: { state: "active" },
      },
    ]);

    manager.announce([{ ...alert, state: "resolved", resolvedTime: Date.now(), version: now + 1 }], []);
    await people.received(2);
    await manager.close(5_000);
    const told = people.requests.map(({ body }) => body as Notification);
    expect(told.map(({ status }) => status)).toEqual(["firing", "resolved"]);
    expect(told[0].alerts[0].annotations["summary"]).toBe(alert.summary);
    expect(told[1].alerts[0].labels).toEqual(told[0].alerts[0].labels);
    expect(await (await fetch(`${url}/api/v2/alerts`)).json()).toEqual([]);
  });
});

async function ready(url: string): Promise<void> {
  const { status } = await fetch(`${url}/-/ready`);
  if (status !== 200) throw new Error(`not ready: ${status}`);
}
