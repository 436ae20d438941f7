import { advertisedBrokers, createProducer, ensureTopics, pingKafka } from "@hangup/kafka";
import { checkoutFile, guardStandardOutput, type ConfigOf, type Logger } from "@hangup/service";
import { teardownToJson, type Teardown } from "@hangup/teardowns";
import { Delivery } from "./deliver.ts";
import type { CollectorOptions } from "./options.ts";

/** Where events go. */
export interface Output {
  append(row: Teardown): void;
  /** While it has too much in hand: a promise that it has not any more. undefined while it takes more. */
  room(): Promise<void> | undefined;
  /** Resolves when all that was appended has been taken, however long that takes. */
  drained(): Promise<void>;
  /** Delivers what is in hand within the limit; resolves with the number of events that could not be. */
  stop(limitMs: number): Promise<number>;
}

/** NDJSON on stdout. */
export function standardOutput(): Output {
  guardStandardOutput("hangup collect");
  return {
    append: (row) => void process.stdout.write(`${teardownToJson(row)}\n`),
    room: () => undefined,
    drained: async () => undefined,
    stop: () => new Promise((resolve) => process.stdout.write("", () => resolve(0))),
  };
}

/** Topics that are missing are made as this file of the checkout says. */
const TOPICS_FILE = checkoutFile("infra/kafka/topics.yaml");

/** A request costs the collector and the broker the same for few events as for many. */
const BATCH_AGE_MS = { usual: 500, lowLatency: 200 };

/** What the collector learns of the cluster at its start. */
export interface KafkaOutput {
  readonly delivery: Delivery;
  /** Addresses of the brokers: as configured, and as they call themselves now if one of them answers. */
  brokers(): Promise<readonly string[]>;
}

/** Whoever reads a file to its end may wait; what is live, or is played for ever, may not. */
function whenFull({ read, loop }: ConfigOf<CollectorOptions>): "drop" | "wait" {
  return read !== undefined && !loop ? "wait" : "drop";
}

/**
 * @param onReturn Kafka takes events again after it did not.
 * @throws HangupError HANGUP_KAFKA_UNREACHABLE: at the start an address that answers nobody is a mistake; later it is waited for.
 */
export async function kafkaOutput(
  config: ConfigOf<CollectorOptions>,
  log: Logger,
  onReturn: () => void,
): Promise<KafkaOutput> {
  const { bootstrapServer, collector, lowLatency, queueBytes, topic } = config;
  await pingKafka(bootstrapServer);
  await ensureTopics(bootstrapServer, TOPICS_FILE, topic);
  const producer = createProducer({ brokers: bootstrapServer, clientId: `hangup-collector-${collector}`, log });
  const batchAgeMs = lowLatency ? BATCH_AGE_MS.lowLatency : BATCH_AGE_MS.usual;
  return {
    delivery: new Delivery({
      producer,
      topic,
      collector,
      queueBytes,
      batchAgeMs,
      whenFull: whenFull(config),
      onReturn,
      log,
    }),
    brokers: async () => [...bootstrapServer, ...(await advertisedBrokers(bootstrapServer).catch(() => []))],
  };
}
