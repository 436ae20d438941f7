import type { Clock, Logger } from "@hangup/service";
import type { Alert } from "../alert.ts";
import type { Delivery, Memory } from "../ledger.ts";
import type { AlerterMetrics } from "../metrics.ts";

/** Someone who is told of alerts. Telling never waits: messages are kept and sent behind the caller's back. */
export interface Receiver {
  /** After a restart, before anything is announced. */
  resume(memory: Memory): void;
  /** @param changes alerts that fired, were updated or resolved; `firing` are all that fire now. */
  announce(changes: readonly Alert[], firing: readonly Alert[]): void;
  /** Sends what is left, for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface ReceiverParts {
  readonly clock: Clock;
  readonly metrics: AlerterMetrics;
  readonly log: Logger;
  /** Keeps that a message was taken; its failure costs a repetition after a restart, no more. */
  readonly delivered: (delivery: Delivery) => Promise<void>;
}

/** Messages that fail are tried again after 0.5 s, then more and more slowly, up to this. */
export const RETRY_LIMIT_MS = 60_000;
