import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";
import { HangupError } from "@hangup/service";
import { kafkaClient, pingKafka } from "./connection.ts";
import { kafkaError } from "./failure.ts";

/** Batches of teardown events; the name carries the version of the message's layout. */
export const TEARDOWNS_TOPIC = "hangup.teardowns.v1";
/** Messages that could not be decoded, with reason and origin as headers. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dlq`;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Broker's topic configuration, e.g. `retention.ms`. */
  readonly config: Readonly<Record<string, string>>;
}

const schema = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, "not a topic name"),
    partitions: z.int().min(1),
    config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  }),
);

/** The topics with their settings for a teardown topic of another name: it and its `.dlq` take the places of the usual two. */
function renamed(topics: readonly TopicSpec[], teardowns: string): TopicSpec[] {
  const names = new Map([
    [TEARDOWNS_TOPIC, teardowns],
    [deadLetterTopic(TEARDOWNS_TOPIC), deadLetterTopic(teardowns)],
  ]);
  return topics.map((topic) => ({ ...topic, name: names.get(topic.name) ?? topic.name }));
}

/** Reads infra/kafka/topics.yaml. @throws HangupError HANGUP_CONFIG. */
export function readTopics(topicsFile: string): TopicSpec[] {
  let document: unknown;
  try {
    document = parse(readFileSync(topicsFile, "utf8"));
  } catch (cause) {
    const why = (cause as Error).message.split("\n")[0];
    throw new HangupError("HANGUP_CONFIG", `${topicsFile} cannot be read: ${why}`, { cause });
  }
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new HangupError("HANGUP_CONFIG", `${topicsFile}: ${issue.path.join(".") || "the file"}: ${issue.message}`);
}

/** @throws HangupError HANGUP_KAFKA_UNREACHABLE, or HANGUP_KAFKA naming the first topic that the cluster does not have. */
export async function requireTopics(brokers: readonly string[], topics: readonly string[]): Promise<void> {
  // Asked first: it gives up sooner than the client below.
  await pingKafka(brokers);
  const admin = kafkaClient({ brokers, clientId: "hangup-topics" }).admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = topics.find((topic) => !existing.has(topic));
    if (missing === undefined) return;
    throw new HangupError("HANGUP_KAFKA", `Kafka at ${brokers.join(", ")} has no topic ${missing}`, {
      remedy: "'hangup up' and 'hangup collect' make it; or make it yourself, as infra/kafka/topics.yaml says",
    });
  } catch (error) {
    throw kafkaError(error, brokers);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** How long a new topic may take until each partition has a leader. */
const LEADER_LIMIT_MS = 15_000;

/**
 * Creates the topics that are missing; existing ones stay as they are. Waits until each partition has a leader. The
 * replication factor is the broker's default.
 * @param teardowns the teardown topic's name, where it is not the usual one.
 * @returns the names it created.
 * @throws HangupError HANGUP_KAFKA_UNREACHABLE or HANGUP_KAFKA.
 */
export async function ensureTopics(
  brokers: readonly string[],
  topicsFile: string,
  teardowns = TEARDOWNS_TOPIC,
): Promise<string[]> {
  const topics = renamed(readTopics(topicsFile), teardowns);
  const admin = kafkaClient({ brokers, clientId: "hangup-topics" }).admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ name }) => !existing.has(name));
    if (missing.length > 0) {
      // Not `waitForLeaders`: kafkajs asks its first stale metadata; and false means that another client was quicker.
      await admin.createTopics({
        waitForLeaders: false,
        topics: missing.map(({ name, partitions, config }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: -1,
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    }
    await waitForLeaders(topics.map(({ name }) => name));
    return missing.map(({ name }) => name);
  } catch (error) {
    throw kafkaError(error, brokers);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }

  async function waitForLeaders(names: string[]): Promise<void> {
    const deadline = Date.now() + LEADER_LIMIT_MS;
    for (;;) {
      try {
        const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
        if (found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      if (Date.now() > deadline) throw new HangupError("HANGUP_KAFKA", `the topics ${names.join(", ")} have no leader`);
      await sleep(50);
    }
  }
}
