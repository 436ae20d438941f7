/** What one broker needs to know. */
export interface BrokerPlace {
  readonly port: number;
  readonly controllerPort: number;
  /** Kafka's "log" is the messages. */
  readonly logDirectory: string;
}

/** One KRaft node that is broker and controller, on loopback. */
export function serverProperties({ port, controllerPort, logDirectory }: BrokerPlace): string {
  return properties({
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": logDirectory,
    // Topics are made from topics.yaml; a typo must not make another.
    "auto.create.topics.enable": "false",
    // One node cannot keep three copies, which is the default of every internal topic.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    // 50 partitions each by default: a second of start and 150 open files for a handful of groups.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    // A consumer that was away over a long holiday still finds its place; 7 days by default.
    "offsets.retention.minutes": String(30 * 24 * 60),
    // Small machine: one reader and writer are enough, and the cleaner's 128 MB table is not needed.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": String(4 * 1024 * 1024),
  });
}

/** The broker's log, to stdout and so into the file that the caller named. */
export function log4jProperties(): string {
  return properties({
    status: "warn",
    "appender.out.type": "Console",
    "appender.out.name": "out",
    "appender.out.layout.type": "PatternLayout",
    "appender.out.layout.pattern": "%d{ISO8601} %p %c{1}: %m%n",
    "rootLogger.level": "info",
    "rootLogger.appenderRef.out.ref": "out",
    // It prints all 400 settings, twice.
    "logger.config.name": "org.apache.kafka.common.config",
    "logger.config.level": "warn",
    "logger.settings.name": "kafka.server.KafkaConfig",
    "logger.settings.level": "warn",
  });
}

function properties(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value.replaceAll("\\", "\\\\")}\n`)
    .join("");
}
