import { setTimeout as sleep } from "node:timers/promises";
import kafkajs, { type Producer as KafkaJsProducer } from "kafkajs";
import { kafkaClient, within, type KafkaOptions } from "./connection.ts";
import { kafkaError, rootCause } from "./failure.ts";
import type { OutgoingMessage, Producer } from "./port.ts";

export interface ProducerOptions extends KafkaOptions {
  /** How long one `send` may take, retries included, before it rejects; default 30 s. */
  readonly sendTimeoutMs?: number;
}

/**
 * An idempotent, zstd-compressing producer with acks=all. Inert: the first `send` connects, and so does one after a
 * failure, so a broker that is away now may come back later. Call `pingKafka` first where it must be there at the start.
 */
export function createProducer(options: ProducerOptions): Producer {
  return new RenewedProducer(options);
}

const CONNECT_ATTEMPTS = 5;

/**
 * kafkajs's idempotence holds only as long as no send of a producer has failed: afterwards its sequence numbers and the
 * broker's may differ. So a producer that failed is given up, and the next send begins with a new one.
 */
class RenewedProducer implements Producer {
  readonly #options: ProducerOptions;
  #current: Promise<KafkaJsProducer> | undefined;
  /** The send before: one at a time. */
  #previous: Promise<void> = Promise.resolve();

  constructor(options: ProducerOptions) {
    this.#options = options;
  }

  /**
   * One after the other: kafkajs gives a failed request's sequence numbers back while it waits to try again. A request
   * between the two would get the same numbers, and the broker would take it for the copy of one that it has.
   */
  send(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const sent = this.#previous.then(() => this.#send(topic, messages));
    this.#previous = sent.catch(() => undefined);
    return sent;
  }

  async #send(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const { brokers, sendTimeoutMs = 30_000 } = this.#options;
    this.#current ??= this.#connect();
    const current = this.#current;
    try {
      await within(sendTimeoutMs, brokers, async () => {
        const producer = await current;
        await producer.send({
          topic,
          acks: -1,
          compression: kafkajs.CompressionTypes.ZSTD,
          messages: messages.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
        });
      });
    } catch (error) {
      if (this.#current === current) this.#current = undefined;
      giveUp(current);
      throw kafkaError(error, brokers);
    }
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await (await current?.catch(() => undefined))?.disconnect();
  }

  async #connect(): Promise<KafkaJsProducer> {
    const producer = kafkaClient(this.#options).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
    });
    for (let attempt = 1; ; attempt++) {
      try {
        await producer.connect();
        return producer;
      } catch (error) {
        // A broker that has just started refuses the first producer id: it is still loading.
        if (attempt === CONNECT_ATTEMPTS || rootCause(error).name !== "KafkaJSProtocolError") throw error;
        await sleep(200 * attempt);
      }
    }
  }
}

/** Not awaited: with a silent peer it waits for the request in flight. */
function giveUp(producer: Promise<KafkaJsProducer>): void {
  producer.then((connected) => connected.disconnect()).catch(() => undefined);
}
