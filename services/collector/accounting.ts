import type { Observer, Teardown } from "@hangup/teardowns";
import type { Source } from "./capture/source.ts";
import type { Delivery } from "./deliver.ts";

export interface TeardownCount {
  readonly kind: string;
  readonly cause: string;
  readonly sender: string;
  count: number;
}

/** Teardowns by kind, cause and sender. The labels are bounded by the taxonomy. */
export class TeardownCounts {
  readonly #counts = new Map<string, TeardownCount>();
  total = 0;

  add({ kind, cause, sender }: Teardown): void {
    this.total++;
    const key = `${kind} ${cause} ${sender}`;
    const found = this.#counts.get(key);
    if (found === undefined) this.#counts.set(key, { kind, cause, sender: sender || "none", count: 1 });
    else found.count++;
  }

  all(): Iterable<TeardownCount> {
    return this.#counts.values();
  }
}

/** The stations of what is captured, each with its account. */
export interface Stations {
  readonly observer: Observer;
  readonly counts: TeardownCounts;
  /** Absent in a dry run. */
  readonly delivery?: Delivery;
}

export type Account = "packets" | "segments" | "connections" | "events";

/**
 * What came into each station less what became of it. All are 0 at every moment, or something was lost or counted twice:
 *
 *     packets      decoded = tcp + not_tcp + truncated + malformed + unsupported + fragment + bad_checksum
 *     segments     tcp = segments that the tracker took
 *     connections  judged for good = events + filtered + not_ended
 *     events       emitted = acked + queued + dropped
 */
export function unaccounted({ observer, counts, delivery }: Stations): Record<Account, number> {
  const { counters } = observer;
  const { decode, tracking, told, filtered, notEnded, rows, outcomes } = counters;
  return {
    packets: decode.packets - sum(outcomes),
    segments: decode.tcp - tracking.segments,
    connections: told - (sum(rows) + filtered + sum(notEnded)),
    events:
      delivery === undefined ? 0 : counts.total - (delivery.acked + delivery.waiting + delivery.queue.droppedRows),
  };
}

/**
 * Packets that tcpdump says it handed over less those that came; exact once it has ended, and as long as none was killed, which
 * takes its last counts with it.
 */
export function lostOnTheWay(source: Source, { counters }: Observer): number {
  return source.restarts > 0 ? 0 : source.counters().captured - counters.packets;
}

function sum(numbers: Readonly<Record<string, number>>): number {
  return Object.values(numbers).reduce((total, number) => total + number, 0);
}
