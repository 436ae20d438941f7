import { backOff } from "@hangup/service";
import { alertId, severity, type Alert } from "../alert.ts";
import type { Memory } from "../ledger.ts";
import { postJson, targetOf, type Target } from "./post.ts";
import { RETRY_LIMIT_MS, type Receiver, type ReceiverParts } from "./receiver.ts";

/** Alertmanager forgets an alert that is not repeated; its `resolve_timeout` is 5 minutes unless configured. */
export const RESEND_MS = 60_000;

/** Every message is good for so long: an alert outlives three lost messages, and no alert outlives its alerter. */
const VALID_MS = 4 * RESEND_MS;

/** One alert of Alertmanager's API v2 (`postableAlert`). */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339, as is endsAt. */
  readonly startsAt: string;
  /** In the future while it is firing; when it has passed, the alert is resolved. */
  readonly endsAt: string;
  /** The page with just these connections. */
  readonly generatorURL: string;
}

/** The labels identify the alert to Alertmanager, so nothing in them may change while it is firing. */
export function postableAlert(alert: Alert, now: number, pageUrl: string): PostableAlert {
  const hosts = alert.topHosts.map(({ host, resets }) => `${host} (${resets})`).join(", ");
  return {
    labels: {
      alertname: "HangupRstRate",
      port: String(alert.port),
      cause: alert.cause,
      severity: severity(alert.cause),
    },
    annotations: {
      summary: alert.summary,
      description: `${alert.current.resets} of ${alert.current.teardowns} connections, against ${alert.baseline.resets} of ${alert.baseline.teardowns} before it began${hosts === "" ? "" : `; servers: ${hosts}`}. Alert ${alertId(alert)}.`,
    },
    startsAt: new Date(alert.startedTime).toISOString(),
    endsAt: new Date(alert.resolvedTime ?? now + VALID_MS).toISOString(),
    generatorURL: new URL(`?port=${alert.port}&cause=${encodeURIComponent(alert.cause)}`, pageUrl).href,
  };
}

/** Keeps an Alertmanager's picture equal to ours: all firing alerts every minute and at each change, resolved ones until taken. */
export class Alertmanager implements Receiver {
  readonly #target: Target;
  readonly #pageUrl: string;
  readonly #parts: ReceiverParts;
  readonly #stop = new AbortController();
  readonly #working: Promise<void>;
  /** Resolved and not yet taken, by id. */
  readonly #resolved = new Map<string, Alert>();
  #firing: readonly Alert[] = [];
  #changed = false;
  #closing = false;
  #wake = new AbortController();

  /** @param pageUrl where people find Hangup's page. */
  constructor(url: string, pageUrl: string, parts: ReceiverParts) {
    this.#pageUrl = pageUrl;
    this.#target = targetOf(url, "/api/v2/alerts");
    this.#parts = parts;
    this.#working = this.#work();
  }

  /** It forgets what is not repeated, and may not have heard of what ended: it is told of all. */
  resume({ alerts }: Memory): void {
    this.announce(
      alerts,
      alerts.filter(({ state }) => state === "firing"),
    );
  }

  announce(changes: readonly Alert[], firing: readonly Alert[]): void {
    this.#firing = firing;
    for (const alert of changes) if (alert.state === "resolved") this.#resolved.set(alertId(alert), alert);
    if (changes.length === 0 && firing.length === 0) return;
    this.#changed = true;
    this.#wake.abort();
  }

  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    this.#closing = true;
    this.#wake.abort();
    await this.#working;
    clearTimeout(timer);
    this.#stop.abort();
    if (this.#resolved.size > 0) {
      this.#parts.metrics.deliveries.inc({ receiver: "alertmanager", result: "dropped" }, this.#resolved.size);
      this.#parts.log.error(
        { receiver: this.#target.shown, alerts: this.#resolved.size },
        "Alertmanager was not told of what resolved",
      );
    }
  }

  async #work(): Promise<void> {
    const signal = this.#stop.signal;
    for (let failures = 0; !signal.aborted;) {
      // The first step of a closing one sends only what has changed since it was last told.
      const due = this.#changed || !this.#closing;
      if (due && this.#firing.length + this.#resolved.size > 0) failures = (await this.#send()) ? 0 : failures + 1;
      if (failures > 0) await this.#parts.clock.sleep(backOff(failures, RETRY_LIMIT_MS), signal);
      else if (this.#closing && !this.#changed) return;
      else if (!this.#changed) await this.#parts.clock.sleep(RESEND_MS, AbortSignal.any([signal, this.#wake.signal]));
      this.#wake = new AbortController();
    }
  }

  /** @returns false when it should be tried again. */
  async #send(): Promise<boolean> {
    const { clock, metrics, log } = this.#parts;
    const resolved = [...this.#resolved.values()];
    this.#changed = false;
    const body = [...resolved, ...this.#firing].map((alert) => postableAlert(alert, clock.now(), this.#pageUrl));
    const outcome = await postJson(this.#target, body, this.#stop.signal);
    metrics.deliveries.inc({ receiver: "alertmanager", result: outcome.kind });
    if (outcome.kind === "failed") {
      log.warn({ receiver: this.#target.shown, reason: outcome.reason }, "Alertmanager fails; trying again");
      this.#changed = true;
      return false;
    }
    if (outcome.kind === "refused")
      log.error({ receiver: this.#target.shown, reason: outcome.reason }, "Alertmanager refuses alerts");
    for (const alert of resolved) this.#resolved.delete(alertId(alert));
    return true;
  }
}
