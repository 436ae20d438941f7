import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from "kafkajs";
import { HangupError, type Logger } from "@hangup/service";
import { kafkaError } from "./failure.ts";
import { calmIdleQueues } from "./request-queue.ts";

/** How to reach a cluster. */
export interface KafkaOptions {
  /** `HOST:PORT` each; any one of them is enough to find the others. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas. */
  readonly clientId: string;
  /** kafkajs's own log goes here, at debug and trace. */
  readonly log?: Logger;
}

// CommonJS whose exports Node cannot see by name.
const { CompressionCodecs, CompressionTypes, Kafka: Client, logLevel } = kafkajs;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

// kafkajs brings gzip only; its codec table is one for the process.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});
calmIdleQueues();

/** A kafkajs client of ours: short timeouts, few retries (each caller has its own way to try again), its log in ours. */
export function kafkaClient(options: KafkaOptions, overrides: Partial<KafkaConfig> = {}): Kafka {
  const { brokers, clientId, log } = options;
  return new Client({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
    logLevel: log ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => (entry) => log && relay(log, entry),
    ...overrides,
  });
}

/**
 * kafkajs shouts each failed attempt, several times a second while a broker is away. What comes of it reaches us as an
 * error, and is logged once by whoever gives up or tries again; its own words are for debugging.
 */
function relay(log: Logger, { level, namespace, log: entry }: LogEntry): void {
  const { message, stack: _stack, timestamp: _timestamp, logger: _logger, ...facts } = entry;
  log[level <= logLevel.WARN ? "debug" : "trace"]({ kafkajs: namespace, ...facts }, message);
}

/**
 * Asks for the cluster's metadata: a broker that answers it can be used.
 * @returns how many brokers the cluster has.
 * @throws HangupError HANGUP_KAFKA_UNREACHABLE, naming the brokers.
 */
export async function pingKafka(brokers: readonly string[], timeoutMs = 5_000): Promise<number> {
  return (await advertisedBrokers(brokers, timeoutMs)).length;
}

/**
 * The addresses (`HOST:PORT`) under which the cluster's brokers say they can be reached.
 * @throws HangupError HANGUP_KAFKA_UNREACHABLE, naming the brokers asked.
 */
export async function advertisedBrokers(brokers: readonly string[], timeoutMs = 5_000): Promise<string[]> {
  const client = kafkaClient(
    { brokers, clientId: "hangup-ping" },
    { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, retry: { initialRetryTime: 50, retries: 0 } },
  );
  const admin = client.admin();
  try {
    return await within(timeoutMs, brokers, async () => {
      await admin.connect();
      return (await admin.describeCluster()).brokers.map(({ host, port }) => `${host}:${port}`);
    });
  } catch (error) {
    throw kafkaError(error, brokers);
  } finally {
    // Not awaited: with a silent peer it waits for the request in flight.
    admin.disconnect().catch(() => undefined);
  }
}

/** @throws HangupError HANGUP_KAFKA_UNREACHABLE when `work` takes longer. */
export async function within<T>(timeoutMs: number, brokers: readonly string[], work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new HangupError(
          "HANGUP_KAFKA_UNREACHABLE",
          `no Kafka broker answers at ${brokers.join(", ")} (none within ${timeoutMs / 1000} s)`,
          { remedy: "Check the address, and that the broker runs and may be reached from here" },
        ),
      ),
    timeoutMs,
  );
  const running = work();
  // When it loses the race nobody else looks at it.
  running.catch(() => undefined);
  try {
    return await Promise.race([running, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
