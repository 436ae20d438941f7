import { HangupError } from "@hangup/service";

/** kafkajs's names for "nobody there": the network, not the broker, is what failed. */
const unreachable: ReadonlySet<string> = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSNoBrokerAvailableError",
  "KafkaJSBrokerNotFound",
  "KafkaJSMetadataNotLoaded",
  "KafkaJSLockTimeout",
]);

/** Turns what kafkajs rejects with into HANGUP_KAFKA_UNREACHABLE, naming the brokers, or HANGUP_KAFKA with the broker's words. */
export function kafkaError(error: unknown, brokers: readonly string[]): HangupError {
  if (error instanceof HangupError) return error;
  const root = rootCause(error);
  if (unreachable.has(root.name) || root instanceof AggregateError) {
    return new HangupError(
      "HANGUP_KAFKA_UNREACHABLE",
      `no Kafka broker answers at ${brokers.join(", ")} (${root.message})`,
      { remedy: "Check the address, and that the broker runs and may be reached from here", cause: error },
    );
  }
  return new HangupError("HANGUP_KAFKA", `Kafka at ${brokers.join(", ")} refuses: ${root.message}`, { cause: error });
}

/** kafkajs wraps: number of retries exceeded ← connection error. The innermost says what happened. */
export function rootCause(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  while (inner.cause instanceof Error && inner.cause !== inner) inner = inner.cause;
  return inner;
}
