import type { KafkaOptions } from "./connection.ts";
import type { Consumer } from "./port.ts";

export interface ConsumerOptions extends KafkaOptions {
  readonly groupId: string;
  /** Most bytes that one fetch brings from one partition; default 4 MiB. */
  readonly maxPartitionBytes?: number;
  /** A member that is silent for so long loses its partitions; default 30 s. */
  readonly sessionTimeoutMs?: number;
}

/** A member of a consumer group that starts at the beginning of a topic it has no commit for. Inert until `run`, which
 * resolves once the member reads, or rejects with HANGUP_KAFKA_UNREACHABLE. Later failures are logged and mended by itself. */
export function createConsumer(options: ConsumerOptions): Consumer {
  throw new Error(`not yet: ${options.groupId}`);
}
