import type { Teardown } from "@hangup/teardowns";

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
