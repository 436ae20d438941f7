import type { Logger } from "@hangup/service";

/** How to reach a cluster. */
export interface KafkaOptions {
  /** `HOST:PORT` each; any one of them is enough to find the others. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas. */
  readonly clientId: string;
  /** kafkajs's own log goes here, one level down: what it calls an error is retried and is a warning to us. */
  readonly log?: Logger;
}

/**
 * Asks for the cluster's metadata: a broker that answers it can be used.
 * @returns how many brokers the cluster has.
 * @throws HangupError HANGUP_KAFKA_UNREACHABLE, naming the brokers.
 */
export async function pingKafka(brokers: readonly string[], timeoutMs = 5_000): Promise<number> {
  throw new Error(`not yet: ${brokers.join()} ${timeoutMs}`);
}
