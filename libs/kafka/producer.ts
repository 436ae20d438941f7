import type { KafkaOptions } from "./connection.ts";
import type { Producer } from "./port.ts";

export interface ProducerOptions extends KafkaOptions {
  /** How long one `send` may take, retries included, before it rejects. */
  readonly sendTimeoutMs?: number;
}

/**
 * An idempotent, zstd-compressing producer with acks=all. Inert: the first `send` connects, and so does one after a
 * failure, so a broker that is away now may come back later. Call `pingKafka` first where it must be there at the start.
 */
export function createProducer(options: ProducerOptions): Producer {
  throw new Error(`not yet: ${options.clientId}`);
}
