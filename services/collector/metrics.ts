import { Counter, Gauge, type Registry } from "@hangup/service";
import type { Observer } from "@hangup/teardowns";
import type { TeardownCounts } from "./accounting.ts";
import type { Source } from "./capture/source.ts";
import type { Delivery } from "./deliver.ts";

export interface MetricSources {
  readonly observer: Observer;
  readonly source: Source;
  readonly counts: TeardownCounts;
  /** Absent in a dry run. */
  readonly delivery?: Delivery;
}

/**
 * The collector's metrics. On the packets' path there are plain integers only; they are copied when Prometheus asks.
 *
 *     connections_total = events_emitted + filtered + not_ended + connections (still followed)
 *     events_emitted = events_acked + queue_events + events_dropped
 *
 * Where a capture file is given out at a pace, emitted counts what has been given out so far.
 */
export function publishMetrics(registry: Registry, { observer, source, counts, delivery }: MetricSources): void {
  const registers = [registry];
  const total = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: (counter: Counter<L>) => void,
  ) =>
    new Counter({
      name: `hangup_collector_${name}_total`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        read(this);
      },
    });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `hangup_collector_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });

  total("teardowns", "Connections that ended", ["kind", "cause", "sender"], (counter) => {
    for (const { kind, cause, sender, count } of counts.all()) counter.inc({ kind, cause, sender }, count);
  });
  const { decode, tracking } = observer.counters;
  total("packets", "Packets that were decoded, by outcome", ["outcome"], (counter) => {
    counter.inc({ outcome: "tcp" }, decode.tcp);
    counter.inc({ outcome: "icmp" }, decode.icmp);
    counter.inc({ outcome: "not_tcp" }, decode.notTcp);
    counter.inc({ outcome: "truncated" }, decode.truncated);
    counter.inc({ outcome: "malformed" }, decode.malformed);
    counter.inc({ outcome: "unsupported" }, decode.unsupported);
    counter.inc({ outcome: "fragment" }, decode.fragments);
  });
  total("capture_packets", "Packets as tcpdump counts them", ["stage"], (counter) => {
    const { captured, receivedByFilter } = source.counters();
    counter.inc({ stage: "captured" }, captured);
    counter.inc({ stage: "received_by_filter" }, receivedByFilter);
  });
  total("capture_dropped_packets", "Packets that were lost before they reached the collector", ["place"], (counter) => {
    const { droppedByKernel, droppedByInterface } = source.counters();
    counter.inc({ place: "kernel" }, droppedByKernel);
    counter.inc({ place: "interface" }, droppedByInterface);
  });
  total("capture_restarts", "Times that tcpdump died and was started again", [], (counter) =>
    counter.inc(source.restarts),
  );
  total("connections", "Connections that were followed", [], (counter) => counter.inc(tracking.connections));
  total("copies", "Packets that were copies of one seen just before", [], (counter) => counter.inc(tracking.copies));
  total("filtered", "Ended connections of Hangup's own that were left out", [], (counter) =>
    counter.inc(observer.counters.filtered),
  );
  gauge(
    "connections",
    "Connections that are followed and have not been told of yet",
    () => observer.counters.following,
  );
  total("not_ended", "Connections that were given up without an event, by why", ["reason"], (counter) => {
    const { evicted, replaced, captureEnd, settled } = observer.counters.notEnded;
    counter.inc({ reason: "evicted" }, evicted);
    counter.inc({ reason: "replaced" }, replaced);
    counter.inc({ reason: "capture_end" }, captureEnd);
    counter.inc({ reason: "settled" }, settled);
  });
  total("evicted", "Connections that left the table early because memory was short", ["reason"], (counter) => {
    counter.inc({ reason: "half_open" }, tracking.evictedHalfOpen);
    counter.inc({ reason: "idle" }, tracking.evictedIdle);
    counter.inc({ reason: "ended" }, tracking.evictedEnded);
  });
  total("untracked_packets", "Packets that found no room in the table", [], (counter) =>
    counter.inc(tracking.untracked),
  );
  total("events_emitted", "Events that were made", [], (counter) => counter.inc(counts.total));
  if (delivery === undefined) return;
  const { queue } = delivery;
  total("events_acked", "Events that Kafka has acknowledged", [], (counter) => counter.inc(delivery.acked));
  total("events_dropped", "Events that were lost here, by reason", ["reason"], (counter) =>
    counter.inc({ reason: "queue_full" }, queue.droppedRows),
  );
  total("send_failures", "Requests to Kafka that failed and were tried again", [], (counter) =>
    counter.inc(delivery.failures),
  );
  gauge("queue_events", "Events that wait for Kafka", () => queue.rows + delivery.open);
  gauge("queue_bytes", "Memory of the events that wait for Kafka", () => queue.bytes);
}
