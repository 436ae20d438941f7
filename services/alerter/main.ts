import { clickHouseOption, connect, credentials, pingClickHouse } from "@hangup/clickhouse";
import {
  createRegistry,
  duration,
  httpUrl,
  listenAddress,
  option,
  runService,
  startAdminServer,
  systemClock,
} from "@hangup/service";
import { z } from "zod";
import { Alertmanager } from "./deliver/alertmanager.ts";
import type { Receiver, ReceiverParts } from "./deliver/receiver.ts";
import { Webhook } from "./deliver/webhook.ts";
import { checkTables, createLedger } from "./ledger.ts";
import { createMetrics } from "./metrics.ts";
import { readSeries } from "./tallies.ts";
import { Watch } from "./watch.ts";

/** Intervals lie on whole seconds of the Unix clock, at least one. */
const wholeSeconds = duration.refine((ms) => ms >= 1_000 && ms % 1_000 === 0, "expected whole seconds, at least 1s");

const spec = {
  name: "hangup alert",
  summary:
    "Watches the RST rate of every port and cause, and tells people when one rises: a table, a webhook, Alertmanager.",
  examples: [
    "hangup alert --webhook https://chat.example.org/hooks/tcp",
    "HANGUP_CLICKHOUSE_PASSWORD=… hangup alert --clickhouse http://clickhouse:8123 --alertmanager http://alertmanager:9093",
  ],
  options: {
    clickhouse: clickHouseOption,
    interval: option(
      "--interval <duration>",
      "length of the intervals that are compared",
      wholeSeconds.prefault("60s"),
    ),
    delay: option(
      "--delay <duration>",
      "judge an interval so long after its end, when its rows have arrived",
      duration.prefault("5s"),
    ),
    quietIntervals: option(
      "--quiet-intervals <n>",
      "an alert closes after so many intervals without a rise",
      z.coerce.number().int().min(1).max(1_440).default(10),
    ),
    webhook: option("--webhook <url>", "POST alerts here when they fire and resolve", z.array(httpUrl).default([]), {
      repeatable: true,
      secret: true,
    }),
    alertmanager: option(
      "--alertmanager <url>",
      "send alerts to this Alertmanager (API v2)",
      z.array(httpUrl).default([]),
      {
        repeatable: true,
        secret: true,
      },
    ),
    pageUrl: option(
      "--page-url <url>",
      "where people find the page; alerts for Alertmanager link to it",
      httpUrl.default("http://127.0.0.1:8480/"),
    ),
    adminListen: option(
      "--admin-listen <address>",
      "health checks and metrics",
      listenAddress.prefault("127.0.0.1:8484"),
    ),
  },
} as const;

/** What is left to deliver at the end gets so long. */
const CLOSE_GRACE_MS = 3_000;

await runService(spec, async ({ config, log }) => {
  const client = connect({ ...credentials(config.clickhouse, "services"), application: "hangup alert" });
  await pingClickHouse(client);
  await checkTables(client);

  const registry = createRegistry();
  const metrics = createMetrics(registry, () =>
    watch.judgedUntil === null ? 0 : (Date.now() - watch.judgedUntil) / 1_000,
  );
  const ledger = createLedger(client);
  const delivered: ReceiverParts["delivered"] = (delivery) =>
    ledger.delivered(delivery).catch((error: unknown) => {
      log.warn(
        { alert: delivery.alertId, reason: String(error) },
        "a delivery cannot be written; a restart may repeat it",
      );
    });
  const parts: ReceiverParts = { clock: systemClock, metrics, log, delivered };
  const receivers: Receiver[] = [
    ...config.webhook.map((url) => new Webhook(url, parts)),
    ...config.alertmanager.map((url) => new Alertmanager(url, config.pageUrl, parts)),
  ];

  const rule = { intervalMs: config.interval, quietIntervals: config.quietIntervals };
  const watch = new Watch({
    rule,
    delayMs: config.delay,
    clock: systemClock,
    readSeries: (to, signal) => readSeries(client, to, rule.intervalMs, signal),
    ledger,
    receivers,
    metrics,
    log,
  });

  const admin = await startAdminServer(config.adminListen, registry, () => watch.trouble);
  const stop = new AbortController();
  const running = watch.run(stop.signal);
  log.info({ interval_ms: rule.intervalMs, receivers: receivers.length, admin: admin.port }, "watching the RST rate");
  return {
    done: running,
    async stop() {
      stop.abort();
      await running;
      await Promise.all(receivers.map((receiver) => receiver.close(CLOSE_GRACE_MS)));
      await admin.close();
      await client.close();
    },
  };
});
