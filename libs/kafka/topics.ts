/** Batches of teardown events; the name carries the version of the message's layout. */
export const TEARDOWNS_TOPIC = "hangup.teardowns.v1";
/** Messages that could not be decoded, with reason and origin as headers. */
export const DEAD_LETTER_TOPIC = "hangup.teardowns.v1.dlq";

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Broker's topic configuration, e.g. `retention.ms`. */
  readonly config: Readonly<Record<string, string>>;
}

/** Reads infra/kafka/topics.yaml. @throws HangupError HANGUP_CONFIG. */
export function readTopics(topicsFile: string): TopicSpec[] {
  throw new Error(`not yet: ${topicsFile}`);
}

/**
 * Creates the topics that are missing; existing ones stay as they are. Waits until each has a leader.
 * @returns the names it created.
 * @throws HangupError HANGUP_KAFKA_UNREACHABLE or HANGUP_KAFKA.
 */
export async function ensureTopics(brokers: readonly string[], topicsFile: string): Promise<string[]> {
  throw new Error(`not yet: ${brokers.join()} ${topicsFile}`);
}
