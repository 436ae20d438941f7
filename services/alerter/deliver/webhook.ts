import { createHash } from "node:crypto";
import { backOff } from "@hangup/service";
import { alertId, alertRow, type Alert, type AlertRow } from "../alert.ts";
import { deliveryKey, type Delivery, type Memory } from "../ledger.ts";
import { postJson, targetOf, type Target } from "./post.ts";
import { RETRY_LIMIT_MS, type Receiver, type ReceiverParts } from "./receiver.ts";

/** Beyond this the oldest message is dropped: a receiver that is away for days must not fill the memory. */
const MAX_WAITING = 10_000;

/**
 * POSTs one JSON body when an alert fires and one when it resolves, in order, each until it is taken. The body is the alert
 * as `GET /api/v1/alerts` shows it. Updates while it is firing are not sent: a person is told twice an incident. What was
 * not taken before a restart is sent after it; a message is repeated only when the alerter died between its being taken
 * and that being written.
 */
export class Webhook implements Receiver {
  readonly #target: Target;
  readonly #parts: ReceiverParts;
  readonly #name: string;
  readonly #waiting: AlertRow[] = [];
  /** Alerts whose firing needs no further message: ids. */
  readonly #told = new Set<string>();
  readonly #stop = new AbortController();
  #busy = false;
  #working: Promise<void> = Promise.resolve();

  constructor(url: string, parts: ReceiverParts) {
    this.#target = targetOf(url);
    this.#parts = parts;
    this.#name = createHash("sha256").update(url).digest("hex").slice(0, 16);
  }

  resume({ alerts, delivered }: Memory): void {
    const missed = alerts.filter((alert) => {
      const taken = delivered.has(deliveryKey(this.#delivery(alertId(alert), alert.state)));
      if (taken && alert.state === "firing") this.#told.add(alertId(alert));
      return !taken;
    });
    this.announce(missed);
  }

  announce(changes: readonly Alert[]): void {
    for (const alert of changes) {
      const id = alertId(alert);
      if (alert.state === "firing" && this.#told.has(id)) continue;
      if (alert.state === "firing") this.#told.add(id);
      else this.#told.delete(id);
      if (this.#waiting.push(alertRow(alert)) > MAX_WAITING) {
        this.#waiting.shift();
        this.#parts.metrics.deliveries.inc({ receiver: "webhook", result: "dropped" });
      }
    }
    if (!this.#busy && this.#waiting.length > 0) this.#working = this.#work();
  }

  #delivery(id: string, state: Delivery["state"]): Delivery {
    return { receiver: this.#name, alertId: id, state };
  }

  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    await this.#working;
    clearTimeout(timer);
    this.#stop.abort();
    if (this.#waiting.length > 0) {
      this.#parts.metrics.deliveries.inc({ receiver: "webhook", result: "dropped" }, this.#waiting.length);
      this.#parts.log.error(
        { receiver: this.#target.shown, messages: this.#waiting.length },
        "webhook never took these messages",
      );
    }
  }

  async #work(): Promise<void> {
    const { clock, metrics, log, delivered } = this.#parts;
    const signal = this.#stop.signal;
    this.#busy = true;
    for (let failures = 0; this.#waiting.length > 0 && !signal.aborted;) {
      const row = this.#waiting[0];
      const outcome = await postJson(this.#target, row, signal);
      metrics.deliveries.inc({ receiver: "webhook", result: outcome.kind });
      if (outcome.kind !== "failed") {
        if (outcome.kind === "refused") {
          log.error(
            { receiver: this.#target.shown, alert: row.id, reason: outcome.reason },
            "webhook refuses a message",
          );
        }
        await delivered(this.#delivery(row.id, row.state));
        // The queue may have dropped its head meanwhile.
        if (this.#waiting[0] === row) this.#waiting.shift();
        failures = 0;
        continue;
      }
      failures++;
      if (failures === 1)
        log.warn({ receiver: this.#target.shown, reason: outcome.reason }, "webhook fails; trying again");
      await clock.sleep(backOff(failures, RETRY_LIMIT_MS), signal);
    }
    this.#busy = false;
  }
}
