import { backOff, type Clock, type Logger } from "@hangup/service";
import { fingerprint, type Alert } from "./alert.ts";
import { detect, stateFrom, type AlertState, type Series } from "./detect.ts";
import type { Receiver } from "./deliver/receiver.ts";
import type { Ledger } from "./ledger.ts";
import type { AlerterMetrics } from "./metrics.ts";
import { BASELINE_INTERVALS, RECENT_INTERVALS, type Rule } from "./rule.ts";

export interface WatchParts {
  readonly rule: Rule;
  /** An interval is judged so long after its end, so that its rows have arrived. */
  readonly delayMs: number;
  readonly clock: Clock;
  readonly readSeries: (to: number, signal: AbortSignal) => Promise<readonly Series[]>;
  readonly ledger: Ledger;
  readonly receivers: readonly Receiver[];
  readonly metrics: AlerterMetrics;
  readonly log: Logger;
}

const RETRY_LIMIT_MS = 10_000;

/**
 * Judges one interval after another, each by its own time: when ClickHouse was away, the intervals that ended meanwhile
 * are judged in order once it is back. Only beyond an hour of them (`BASELINE_INTERVALS`) the oldest are skipped, and
 * counted.
 */
export class Watch {
  readonly #parts: WatchParts;
  #state: AlertState = { firing: new Map(), resolvedTimes: new Map() };
  #trouble: string | null = "the alerts that were firing have not been read yet";
  #judgedUntil: number | null = null;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Why nothing can be judged at the moment; null when all is well. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** End of the last interval that was judged, milliseconds since the Unix epoch; null before the first. */
  get judgedUntil(): number | null {
    return this.#judgedUntil;
  }

  /** Runs until the signal is aborted; then what is in hand is finished, and it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    let to = await this.#resume(signal);
    while (!signal.aborted) {
      to = this.#withoutHopelessBacklog(to);
      await this.#parts.clock.sleep(to + this.#parts.delayMs - this.#parts.clock.now(), signal);
      if (signal.aborted) return;
      await this.#judge(to, signal);
      to += this.#parts.rule.intervalMs;
    }
  }

  /** Reads the state back. @returns the end of the first interval to judge. */
  async #resume(signal: AbortSignal): Promise<number> {
    const { rule, clock, ledger, receivers, metrics } = this.#parts;
    const newest = this.#newestEnd();
    const since = newest - (BASELINE_INTERVALS + RECENT_INTERVALS) * rule.intervalMs;
    const memory = await this.#persist("load", () => ledger.load(since), signal);
    if (memory === null) return clock.now();
    this.#state = stateFrom(memory.alerts);
    metrics.firing.set(this.#state.firing.size);
    for (const receiver of receivers) receiver.resume(memory);
    const firing = [...this.#state.firing.values()];
    // Intervals since the rule last held may have been missed; they say whether it has been quiet all the time.
    const oldest = Math.min(newest, ...firing.map((alert) => alert.version + rule.intervalMs));
    return Math.ceil(oldest / rule.intervalMs) * rule.intervalMs;
  }

  /** End of the newest interval that has ended and may be judged. */
  #newestEnd(): number {
    const { rule, clock, delayMs } = this.#parts;
    return Math.floor((clock.now() - delayMs) / rule.intervalMs) * rule.intervalMs;
  }

  #withoutHopelessBacklog(to: number): number {
    const { rule, metrics, log } = this.#parts;
    const oldest = this.#newestEnd() - BASELINE_INTERVALS * rule.intervalMs;
    if (to >= oldest) return to;
    const intervals = (oldest - to) / rule.intervalMs;
    metrics.skipped.inc(intervals);
    log.warn({ intervals }, "too far behind: the oldest intervals are skipped");
    return oldest;
  }

  async #judge(to: number, signal: AbortSignal): Promise<void> {
    const { rule, ledger, receivers, metrics } = this.#parts;
    const series = await this.#persist("query", () => this.#timedSeries(to, signal), signal);
    if (series === null) return;
    const { state, changes } = detect(this.#state, to, series, rule);
    for (const alert of changes) this.#record(alert);
    this.#state = state;
    this.#judgedUntil = to;
    metrics.evaluations.inc();
    metrics.firing.set(state.firing.size);
    // People are told even while the table cannot be written; once it can, it is, before the next interval.
    let told = false;
    const tell = (): void => {
      if (told) return;
      told = true;
      for (const receiver of receivers) receiver.announce(changes, [...state.firing.values()]);
    };
    await this.#persist("write", () => ledger.write(changes), signal, tell);
    tell();
  }

  async #timedSeries(to: number, signal: AbortSignal): Promise<readonly Series[]> {
    const started = performance.now();
    const series = await this.#parts.readSeries(to, signal);
    this.#parts.metrics.evaluationSeconds.observe((performance.now() - started) / 1_000);
    return series;
  }

  #record(alert: Alert): void {
    const { metrics, log } = this.#parts;
    const known = this.#state.firing.has(fingerprint(alert));
    const change = alert.state === "resolved" ? "resolved" : known ? "updated" : "fired";
    metrics.changes.inc({ change });
    if (change !== "updated") log.info({ port: alert.port, cause: alert.cause, change }, alert.summary);
  }

  /**
   * Tries until it succeeds, more and more slowly, and says so in `trouble`; null when the signal came first. After a
   * failure the rows of the time away are still on their way: it waits once more before it asks again for good.
   */
  async #persist<T>(
    request: "load" | "query" | "write",
    attempt: () => Promise<T>,
    signal: AbortSignal,
    afterFailure?: () => void,
  ): Promise<T | null> {
    const { clock, metrics, log, delayMs } = this.#parts;
    for (let failures = 0, settled = false; !signal.aborted;) {
      try {
        const result = await attempt();
        if (failures > 0 && request === "query" && !settled) {
          settled = true;
          await clock.sleep(delayMs, signal);
          continue;
        }
        if (failures > 0) log.info({ request, failures }, "ClickHouse answers again");
        this.#trouble = null;
        return result;
      } catch (error) {
        if (signal.aborted) return null;
        failures++;
        metrics.failures.inc({ request });
        this.#trouble = error instanceof Error ? error.message : String(error);
        if (failures === 1)
          log.warn({ request, reason: this.#trouble }, "ClickHouse fails; trying again until it answers");
        afterFailure?.();
        await clock.sleep(backOff(failures, RETRY_LIMIT_MS), signal);
      }
    }
    return null;
  }
}
