export type { Consumer, IncomingBatch, IncomingMessage, OutgoingMessage, Producer } from "./port.ts";
export { startBroker, type Broker, type BrokerOptions } from "./broker.ts";
export { BUNDLED_KAFKA_VERSION, kafkaCacheDirectory } from "./jars.ts";
export { createConsumer } from "./consumer.ts";
export type { ConsumerOptions } from "./membership.ts";
export { createProducer, type ProducerOptions } from "./producer.ts";
export { advertisedBrokers, pingKafka, type KafkaOptions } from "./connection.ts";
export { deadLetterTopic, ensureTopics, readTopics, TEARDOWNS_TOPIC, type TopicSpec } from "./topics.ts";
