import type { Logger } from "@hangup/service";
import { noPackets, type PacketCounters } from "./messages.ts";

/** Says in the log when packets were lost since it last looked. */
export class DropReport {
  readonly #log: Logger;
  #last = noPackets();

  constructor(log: Logger) {
    this.#log = log;
  }

  look(counters: PacketCounters): void {
    const byKernel = counters.droppedByKernel - this.#last.droppedByKernel;
    const byInterface = counters.droppedByInterface - this.#last.droppedByInterface;
    this.#last = counters;
    if (byKernel > 0)
      this.#log.warn(
        { packets: byKernel },
        "the kernel dropped packets: a larger ring (-B) or a narrower filter helps",
      );
    if (byInterface > 0) this.#log.warn({ packets: byInterface }, "the network interface dropped packets");
  }
}
