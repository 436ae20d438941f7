import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { HangupError } from "@hangup/service";

const run = promisify(execFile);

/** Kafka 4's oldest Java. */
const OLDEST_JAVA = 17;
const REMEDY =
  "Install it (Debian: apt-get install openjdk-17-jre-headless), or name a Kafka of yours with --kafka HOST:PORT";

export interface Java {
  readonly command: string;
  /** As `java -version` prints it, e.g. `17.0.15`. */
  readonly version: string;
}

/** JAVA_HOME's, else the one in PATH. @throws HangupError HANGUP_MISSING_TOOL when there is none, or only an older one. */
export async function findJava(environment: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const home = environment["JAVA_HOME"];
  const command = home ? join(home, "bin", "java") : "java";
  let text: string;
  try {
    // The version goes to stderr.
    text = (await run(command, ["-version"], { env: environment })).stderr;
  } catch (cause) {
    throw new HangupError(
      "HANGUP_MISSING_TOOL",
      `Java ${OLDEST_JAVA}+ is needed to run Kafka: ${command} is not there`,
      {
        remedy: REMEDY,
        cause,
      },
    );
  }
  const version = /version "([^"]+)"/.exec(text)?.[1] ?? "";
  // Java 8 calls itself 1.8.
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? 0);
  if (major < OLDEST_JAVA) {
    throw new HangupError(
      "HANGUP_MISSING_TOOL",
      `Java ${OLDEST_JAVA}+ is needed to run Kafka: ${command} is ${version}`,
      {
        remedy: REMEDY,
      },
    );
  }
  return { command, version };
}
