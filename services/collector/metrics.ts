import { Counter, Gauge, type Registry } from "@hangup/service";
import { unaccounted, type Stations } from "./accounting.ts";
import type { PacketCounters } from "./capture/messages.ts";
import type { Source } from "./capture/source.ts";

export interface MetricSources extends Stations {
  readonly source: Source;
}

/**
 * The collector's metrics. On the packets' path there are plain integers only; they are copied when Prometheus asks.
 *
 *     connections_total = events_emitted + filtered + not_ended + connections (still followed)
 *     events_emitted = events_acked + queue_events + events_dropped
 *
 * Where a capture file is given out at a pace, emitted counts what has been given out so far. `unaccounted` holds what is
 * missing on one side of these and two more (accounting.ts): 0, or there is a mistake in the collector.
 */
export function publishMetrics(registry: Registry, sources: MetricSources): void {
  const { observer, source, counts, delivery } = sources;
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
    counter.inc({ outcome: "tcp" }, decode.tcp - decode.icmp);
    counter.inc({ outcome: "icmp" }, decode.icmp);
    counter.inc({ outcome: "not_tcp" }, decode.notTcp);
    counter.inc({ outcome: "truncated" }, decode.truncated);
    counter.inc({ outcome: "malformed" }, decode.malformed);
    counter.inc({ outcome: "unsupported" }, decode.unsupported);
    counter.inc({ outcome: "fragment" }, decode.fragments);
    counter.inc({ outcome: "bad_checksum" }, decode.badChecksum);
  });
  const eachInterface = (tell: (name: string, counters: PacketCounters) => void): void => {
    for (const [name, counters] of source.interfaces()) tell(name, counters);
  };
  total("capture_packets", "Packets as tcpdump counts them", ["interface", "stage"], (counter) =>
    eachInterface((name, { captured, receivedByFilter }) => {
      counter.inc({ interface: name, stage: "captured" }, captured);
      counter.inc({ interface: name, stage: "received_by_filter" }, receivedByFilter);
    }),
  );
  total(
    "capture_dropped_packets",
    "Packets that were lost before they reached the collector",
    ["interface", "place"],
    (counter) =>
      eachInterface((name, { droppedByKernel, droppedByInterface }) => {
        counter.inc({ interface: name, place: "kernel" }, droppedByKernel);
        counter.inc({ interface: name, place: "interface" }, droppedByInterface);
      }),
  );
  gauge("completeness_ratio", "Share of the packets wanted that came, 0 to 1", () => {
    const { droppedByKernel, droppedByInterface } = source.counters();
    const { packets } = observer.counters;
    const wanted = packets + droppedByKernel + droppedByInterface;
    return wanted === 0 ? 1 : packets / wanted;
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
  const difference = new Gauge({
    name: "hangup_collector_unaccounted",
    help: "What came into a station less what became of it: 0, or there is a mistake",
    labelNames: ["account"],
    registers: [],
    collect() {
      for (const [account, number] of Object.entries(unaccounted(sources))) this.set({ account }, number);
    },
  });
  registry.registerMetric(difference);
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
  gauge("queue_events", "Events that wait for Kafka", () => delivery.waiting);
  gauge("queue_bytes", "Memory of the events that wait for Kafka", () => queue.bytes);
}
