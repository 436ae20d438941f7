import { createLogger, createRegistry } from "@hangup/service";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "@hangup/service/testing";
import { alertId } from "../alert.ts";
import { deliveryKey, type Delivery } from "../ledger.ts";
import { createMetrics } from "../metrics.ts";
import { alertOf, resolvedOf } from "../testing/alerts.ts";
import { HttpReceiver } from "../testing/http-receiver.ts";
import { Webhook } from "./webhook.ts";

let server: HttpReceiver;
let url: string;
let clock: ManualClock;
const registry = createRegistry();
const metrics = createMetrics(registry, () => 0);
const log = createLogger("alert");
log.level = "silent";

/** What was told to be taken: `id state`. */
const taken: string[] = [];
const delivered = async ({ alertId: id, state }: Delivery): Promise<void> => void taken.push(`${id} ${state}`);
const webhook = (target = url): Webhook => new Webhook(target, { clock, metrics, log, delivered });
const states = (): unknown[] => server.requests.map(({ body }) => (body as { state: string }).state);
const result = async (name: string): Promise<number> => {
  const text = await registry.metrics();
  return Number(new RegExp(`deliveries_total\\{receiver="webhook",result="${name}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
};

beforeEach(async () => {
  server = new HttpReceiver();
  url = await server.listen();
  clock = new ManualClock(1_790_000_200_000);
  registry.resetMetrics();
  taken.length = 0;
});
afterEach(() => server.close());

describe("Webhook", () => {
  it("posts an alert as the API shows it when it fires and when it resolves, and no update in between", async () => {
    const alert = alertOf();
    const hook = webhook(`${url}/hooks/tcp?room=7`);
    hook.announce([alert]);
    hook.announce([{ ...alert, updatedTime: alert.updatedTime + 60_000 }]);
    hook.announce([resolvedOf(alert)]);
    await server.received(2);
    await hook.close(1_000);
    expect(states()).toEqual(["firing", "resolved"]);
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/hooks/tcp?room=7" });
    expect(server.requests[0].headers["content-type"]).toBe("application/json");
    expect(server.requests[0].body).toEqual({
      id: "443-app_abort-1790000040",
      fingerprint: "443-app_abort",
      state: "firing",
      port: 443,
      cause: "app_abort",
      started_time: "2026-09-21T14:14:00.000Z",
      updated_time: "2026-09-21T14:16:00.000Z",
      resolved_time: null,
      resets: 40,
      teardowns: 310,
      rate: 40 / 310,
      baseline_resets: 180,
      baseline_teardowns: 18_000,
      baseline_rate: 0.01,
      top_hosts: [
        { host: "10.0.0.5", resets: 30 },
        { host: "10.0.0.6", resets: 10 },
      ],
      summary: alert.summary,
    });
    expect(server.requests[1].body).toMatchObject({ id: alertId(alert), resolved_time: "2026-09-21T14:26:00.000Z" });
  });

  it.each([{ status: 503 }, { status: 429 }, { status: 408 }])(
    "tries again after $status, more and more slowly, and keeps the order",
    async ({ status }) => {
      server.statuses.push(status, status, status);
      const first = alertOf();
      const second = alertOf({ cause: "no_connection" });
      const hook = webhook();
      hook.announce([first, second]);
      for (const count of [1, 2, 3]) {
        await server.received(count);
        await clock.advance();
      }
      await server.received(5);
      await hook.close(1_000);
      expect(clock.sleeps).toEqual([500, 1_000, 2_000]);
      expect(server.requests.map(({ body }) => (body as { cause: string }).cause)).toEqual([
        ...Array.from({ length: 4 }, () => "app_abort"),
        "no_connection",
      ]);
      expect([await result("failed"), await result("delivered")]).toEqual([3, 2]);
    },
  );

  it("gives up a message that is refused, counts it, and goes on with the next", async () => {
    server.statuses.push(400);
    const alert = alertOf();
    const hook = webhook();
    hook.announce([alert]);
    hook.announce([resolvedOf(alert)]);
    await server.received(2);
    await hook.close(1_000);
    expect(states()).toEqual(["firing", "resolved"]);
    expect([await result("refused"), await result("delivered")]).toEqual([1, 1]);
  });

  it("does not follow a redirect", async () => {
    server.statuses.push(302);
    const hook = webhook();
    hook.announce([alertOf()]);
    await server.received(1);
    await hook.close(1_000);
    expect(await result("refused")).toBe(1);
  });

  it("tries until a receiver that is away is back", async () => {
    await server.close();
    const hook = webhook();
    hook.announce([alertOf()]);
    await clock.someoneSleeps();
    expect(await result("failed")).toBe(1);
    server = new HttpReceiver();
    const again = await server.listen(Number(new URL(url).port));
    expect(again).toBe(url);
    await clock.advance();
    await server.received(1);
    await hook.close(1_000);
    expect(await result("delivered")).toBe(1);
  });

  it("sends credentials of the URL in a header", async () => {
    const hook = webhook(url.replace("//", "//al%40ice:s3cret@"));
    hook.announce([alertOf()]);
    await server.received(1);
    await hook.close(1_000);
    expect(server.requests[0].headers.authorization).toBe(`Basic ${Buffer.from("al@ice:s3cret").toString("base64")}`);
  });

  it("says of each message that it was taken, and of one that was refused", async () => {
    server.statuses.push(503, 200, 400);
    const alert = alertOf();
    const hook = webhook();
    hook.announce([alert]);
    await server.received(1);
    await clock.someoneSleeps();
    expect(taken).toEqual([]);
    await clock.advance();
    hook.announce([resolvedOf(alert)]);
    await server.received(3);
    await hook.close(1_000);
    expect(taken).toEqual(["443-app_abort-1790000040 firing", "443-app_abort-1790000040 resolved"]);
  });

  it("sends after a restart what was not taken before it, and nothing twice", async () => {
    const told = alertOf();
    const untold = alertOf({ cause: "no_connection" });
    const over = resolvedOf(alertOf({ cause: "injected" }));
    const overAndTold = resolvedOf(alertOf({ cause: "firewall_reset" }));
    const keys: string[] = [];
    const first = new Webhook(url, {
      clock,
      metrics,
      log,
      delivered: async (delivery) => void keys.push(deliveryKey(delivery)),
    });
    first.announce([told, overAndTold]);
    await server.received(2);
    await first.close(1_000);
    server.requests.length = 0;

    const second = webhook();
    second.resume({ alerts: [told, untold, over, overAndTold], delivered: new Set(keys) });
    second.announce([{ ...told, version: told.version + 60_000 }]);
    second.announce([resolvedOf(told)]);
    await server.received(3);
    await second.close(1_000);
    const said = server.requests.map(({ body }) => body as { cause: string; state: string });
    expect(said.map(({ cause, state }) => `${cause} ${state}`)).toEqual([
      "no_connection firing",
      "injected resolved",
      "app_abort resolved",
    ]);
  });

  it("counts what it could not deliver when it is closed", async () => {
    server.statuses.push(503);
    const hook = webhook();
    hook.announce([alertOf()]);
    await server.received(1);
    await hook.close(0);
    expect(await result("dropped")).toBe(1);
  });
});
