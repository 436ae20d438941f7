/** The Kafka that is run when the user brings none; infra/kafka/pom.xml names the same version. */
export const BUNDLED_KAFKA_VERSION = "4.4.0";

export interface BrokerOptions {
  /** Holds the log segments, the generated configuration and nothing else. One broker a directory. */
  readonly dataDir: string;
  /** Listens on 127.0.0.1:port, and its controller on port + 1 unless `controllerPort` says otherwise. */
  readonly port: number;
  readonly controllerPort?: number;
  /** The broker's own log, appended to. */
  readonly logFile: string;
  /** One short line for a person: "fetching Kafka 4.4.0 …". */
  readonly onProgress?: (message: string) => void;
}

export interface Broker {
  /** `127.0.0.1:9092` */
  readonly bootstrapServer: string;
  readonly pid: number;
  /** Resolves with the exit code (null after a signal) when the process has ended, whoever ended it. */
  readonly exited: Promise<number | null>;
  /** TERM, and KILL when that takes too long. Resolves when it has ended. */
  stop(): Promise<void>;
}

/** Where the jars are kept: `${XDG_CACHE_HOME:-~/.cache}/hangup/kafka-<version>`. */
export function kafkaCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  throw new Error(`not yet: ${environment["HOME"]}`);
}

/**
 * Starts a real Apache Kafka, one KRaft node, and resolves when it answers a metadata request.
 * @throws HangupError HANGUP_MISSING_TOOL (Java 17+ or Maven), HANGUP_PORT_TAKEN, HANGUP_CHILD_DIED with its last lines.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  throw new Error(`not yet: ${options.dataDir}`);
}
