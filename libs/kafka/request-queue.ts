import { createRequire } from "node:module";

/** The part of kafkajs 2.2.4's request queue that concerns us; one a connection. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** ms since the epoch, −1 before the first throttling. */
  readonly throttledUntil: number;
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

let calmed = false;

/**
 * kafkajs 2.2.4 schedules the next look at its queue in `throttledUntil − now` ms even when nothing waits there and
 * nothing is throttled. That is negative: Node 24 warns (TimeoutNegativeWarning) and takes 1 ms, so every idle connection
 * wakes a thousand times a second. A queue without pending requests needs no timer: `push` sets one when it has to wait.
 */
export function calmIdleQueues(): void {
  if (calmed) return;
  calmed = true;
  const require = createRequire(import.meta.url);
  const { prototype } = require("kafkajs/src/network/requestQueue") as { readonly prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
