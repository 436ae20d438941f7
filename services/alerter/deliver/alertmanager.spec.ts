import { createLogger, createRegistry } from "@hangup/service";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "@hangup/service/testing";
import { createMetrics } from "../metrics.ts";
import { alertOf, resolvedOf } from "../testing/alerts.ts";
import { HttpReceiver } from "../testing/http-receiver.ts";
import { Alertmanager, postableAlert, RESEND_MS, type PostableAlert } from "./alertmanager.ts";

const now = 1_790_000_200_000;
const page = "https://ops.example.org/hangup";
const registry = createRegistry();
const metrics = createMetrics(registry, () => 0);
const log = createLogger("alert");
log.level = "silent";
const delivered = async (): Promise<void> => undefined;

describe("postableAlert", () => {
  const alert = alertOf();
  const cases = [
    {
      name: "firing: valid for four minutes",
      alert,
      endsAt: new Date(now + 240_000).toISOString(),
      severity: "warning",
    },
    { name: "resolved", alert: resolvedOf(alert), endsAt: "2026-09-21T14:26:00.000Z", severity: "warning" },
    {
      name: "a benign cause is no warning",
      alert: alertOf({ cause: "rst_instead_of_fin" }),
      endsAt: new Date(now + 240_000).toISOString(),
      severity: "info",
    },
  ];
  it.each(cases)("$name", ({ alert: told, endsAt, severity }) => {
    expect(postableAlert(told, now, page)).toEqual({
      labels: { alertname: "HangupRstRate", port: "443", cause: told.cause, severity },
      annotations: {
        summary: told.summary,
        description: expect.stringContaining("40 of 310 connections, against 180 of 18000 before it began"),
      },
      startsAt: "2026-09-21T14:14:00.000Z",
      endsAt,
      generatorURL: `https://ops.example.org/hangup?port=443&cause=${told.cause}`,
    });
  });

  it("keeps its labels and its start through updates and the end", () => {
    const first = postableAlert(alert, now, page);
    for (const later of [{ ...alert, current: { resets: 99, teardowns: 400 }, summary: "more" }, resolvedOf(alert)]) {
      const { labels, startsAt } = postableAlert(later, now + 60_000, page);
      expect({ labels, startsAt }).toEqual({ labels: first.labels, startsAt: first.startsAt });
    }
  });
});

describe("Alertmanager", () => {
  let server: HttpReceiver;
  let clock: ManualClock;
  let manager: Alertmanager;
  const bodies = (): PostableAlert[][] => server.requests.map(({ body }) => body as PostableAlert[]);

  beforeEach(async () => {
    server = new HttpReceiver();
    clock = new ManualClock(now);
    manager = new Alertmanager(`${await server.listen()}/am/`, page, { clock, metrics, log, delivered });
  });
  afterEach(async () => {
    await manager.close(0);
    await server.close();
  });

  it("is told at once of a change, and every minute again while something is firing", async () => {
    const alert = alertOf();
    manager.announce([alert], [alert]);
    await server.received(1);
    await clock.advance();
    await server.received(2);
    expect(clock.now()).toBe(now + RESEND_MS);
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/am/api/v2/alerts" });
    expect(bodies()).toEqual([[postableAlert(alert, now, page)], [postableAlert(alert, now + RESEND_MS, page)]]);
  });

  it("is told of the end until it takes it, and then no more", async () => {
    const alert = alertOf();
    const resolved = resolvedOf(alert);
    server.statuses.push(500);
    manager.announce([resolved], []);
    await server.received(1);
    await clock.advance();
    await server.received(2);
    const other = alertOf({ port: 8080 });
    manager.announce([other], [other]);
    await server.received(3);
    expect(bodies()).toEqual([
      [postableAlert(resolved, now, page)],
      [postableAlert(resolved, now, page)],
      [postableAlert(other, clock.now(), page)],
    ]);
  });

  it("hears after a restart of what is firing and of what ended", async () => {
    const alert = alertOf();
    const over = resolvedOf(alertOf({ port: 8080 }));
    manager.resume({ alerts: [over, alert], delivered: new Set() });
    await server.received(1);
    expect(bodies()).toEqual([[postableAlert(over, now, page), postableAlert(alert, now, page)]]);
  });

  it("sends what is left when it is closed", async () => {
    const alert = alertOf();
    manager.announce([resolvedOf(alert)], []);
    await manager.close(5_000);
    expect(bodies()).toEqual([[postableAlert(resolvedOf(alert), now, page)]]);
  });
});
