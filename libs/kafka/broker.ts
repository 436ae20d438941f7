import { execFile } from "node:child_process";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { claimPort, freePort, HangupError } from "@hangup/service";
import { log4jProperties, serverProperties, type BrokerPlace } from "./broker-config.ts";
import { ClassArchive } from "./class-archive.ts";
import { pingKafka } from "./connection.ts";
import { spawnGuarded } from "./guard.ts";
import { resolveJars } from "./jars.ts";
import { findJava, type Java } from "./java.ts";
import { clusterIdOf } from "./cluster-id.ts";
import { accepts } from "./accepts.ts";

const execute = promisify(execFile);

export interface BrokerOptions {
  /** Holds the log segments, the generated configuration and nothing else. One broker a directory. */
  readonly dataDir: string;
  /** Listens on 127.0.0.1:port; its controller takes port + 1 when that is free, else any free port. */
  readonly port: number;
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

/** Small and quick to start: the second compiler would take more CPU than it gives back in hours of one machine's traffic. */
const JVM_OPTIONS = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"];
const READY_LIMIT_MS = 60_000;
/** Half a second is usual; the run that writes the class archive takes three. */
const STOP_LIMIT_MS = 5_000;

/**
 * Starts a real Apache Kafka, one KRaft node, and resolves when it answers a metadata request. It ends with this process,
 * even by kill -9.
 * @throws HangupError HANGUP_MISSING_TOOL (Java 17+ or Maven), HANGUP_PORT_TAKEN, HANGUP_ALREADY_RUNNING (another broker
 * uses the directory), HANGUP_CHILD_DIED with its last lines.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { dataDir, port, logFile, onProgress = () => undefined } = options;
  await claimPort(port, "--kafka-port");
  const [java, jars] = await Promise.all([findJava(), resolveJars(onProgress)]);
  mkdirSync(dataDir, { recursive: true });
  const place = { port, controllerPort: await freePort(port + 1), logDirectory: join(dataDir, "log") };
  await formatOnce(dataDir, place, java, jars, onProgress);
  const configuration = join(dataDir, "server.properties");
  const logging = join(dataDir, "log4j2.properties");
  writeFileSync(configuration, serverProperties(place));
  writeFileSync(logging, log4jProperties());

  onProgress("starting");
  const archive = new ClassArchive(jars, java);
  const log = openSync(logFile, "a");
  const logStart = fstatSync(log).size;
  const child = spawnGuarded(
    [
      java.command,
      ...JVM_OPTIONS,
      ...archive.options(),
      // Dead is better than half alive: whoever started it names it and its log.
      "-XX:+ExitOnOutOfMemoryError",
      `-XX:ErrorFile=${join(dataDir, "java-crash-%p.log")}`,
      `-Dlog4j2.configurationFile=${logging}`,
      "-cp",
      jars.join(":"),
      "kafka.Kafka",
      configuration,
    ],
    { output: log },
  );
  closeSync(log);
  let stopping = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code));
  }).then((code) => {
    archive.keep(stopping && code !== null);
    return code;
  });
  const broker: Broker = {
    bootstrapServer: `127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    exited,
    async stop() {
      stopping = true;
      signalGroup(broker.pid, "SIGTERM");
      const timer = setTimeout(() => signalGroup(broker.pid, "SIGKILL"), STOP_LIMIT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
  try {
    await answering(broker, port);
  } catch {
    await broker.stop();
    throw startFailure(dataDir, logFile, readFileSync(logFile, "utf8").slice(logStart));
  }
  return broker;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended already
  }
}

/** Kafka wants its directory formatted, once. Done beside it and renamed, so that an interrupted run leaves none that is half formatted. */
async function formatOnce(
  dataDir: string,
  place: BrokerPlace,
  java: Java,
  jars: readonly string[],
  onProgress: (message: string) => void,
): Promise<void> {
  if (existsSync(place.logDirectory)) return;
  onProgress("formatting its storage");
  const fresh = `${place.logDirectory}.formatting`;
  rmSync(fresh, { recursive: true, force: true });
  const configuration = join(dataDir, "format.properties");
  writeFileSync(configuration, serverProperties({ ...place, logDirectory: fresh }));
  const clusterId = clusterIdOf(crypto.getRandomValues(new Uint8Array(16)));
  const tool = ["kafka.tools.StorageTool", "format", "--cluster-id", clusterId, "--config", configuration];
  try {
    await execute(java.command, [...JVM_OPTIONS, "-cp", jars.join(":"), ...tool]);
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split("\n").at(-1) ?? String(cause);
    throw new HangupError("HANGUP_CHILD_DIED", `Kafka could not format ${place.logDirectory}: ${said}`, { cause });
  }
  rmSync(configuration);
  renameSync(fresh, place.logDirectory);
}

/** Resolves when the broker answers a metadata request, rejects when it ends or is not ready in time. */
async function answering(broker: Broker, port: number): Promise<void> {
  const waiting = new AbortController();
  void broker.exited.then(() => waiting.abort());
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!waiting.signal.aborted && Date.now() < deadline) {
    // A bare connect first: the client's own attempts cost more than the whole wait.
    if (await accepts(port)) {
      try {
        await pingKafka([broker.bootstrapServer], 3_000);
        return;
      } catch {
        // listening, not yet answering
      }
    }
    await sleep(25);
  }
  throw new Error("not ready");
}

function startFailure(dataDir: string, logFile: string, log: string): HangupError {
  if (log.includes("Failed to acquire lock on file")) {
    return new HangupError("HANGUP_ALREADY_RUNNING", `another Kafka uses ${dataDir}`, {
      remedy: "Stop it, or choose another directory with --data",
    });
  }
  const lines = log.trimEnd().split("\n").slice(-8);
  return new HangupError(
    "HANGUP_CHILD_DIED",
    `Kafka did not start. The end of ${logFile}:\n${lines.map((line) => `    ${line}`).join("\n")}\n`,
  );
}
