import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { checkoutFile, HangupError } from "@hangup/service";
import { spawnGuarded } from "./guard.ts";

/** The Kafka that is run when the user brings none; infra/kafka/pom.xml names the same version. */
export const BUNDLED_KAFKA_VERSION = "4.4.0";

/** What Maven is asked for was resolved from this file; a later edit of it makes the cache stale. */
const POM = "infra/kafka/pom.xml";
const BROKER_JAR = `kafka_2.13-${BUNDLED_KAFKA_VERSION}.jar`;

/** Where the jars are kept: `${XDG_CACHE_HOME:-~/.cache}/hangup/kafka-<version>`. */
export function kafkaCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "hangup", `kafka-${BUNDLED_KAFKA_VERSION}`);
}

/**
 * Fetches Kafka's jars with Maven unless the cache has them. They are resolved beside the cache and renamed into place,
 * so an interrupted download leaves nothing that looks complete, and two at once do not disturb each other.
 * @returns the jars, absolute, in a fixed order: the class-data archive depends on it.
 * @throws HangupError HANGUP_MISSING_TOOL (no Maven), HANGUP_CHILD_DIED (Maven could not fetch them).
 */
export async function resolveJars(
  onProgress: (message: string) => void = () => undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  const cache = kafkaCacheDirectory(environment);
  const pom = checkoutFile(POM);
  if (!isCurrent(cache, pom)) {
    mkdirSync(dirname(cache), { recursive: true });
    removeLeftovers(dirname(cache));
    const fresh = mkdtempSync(`${cache}.fetching-`);
    try {
      onProgress(`fetching Kafka ${BUNDLED_KAFKA_VERSION} (43 MB, once)`);
      await fetchWithMaven(pom, fresh, onProgress, environment);
      copyFileSync(pom, join(fresh, "pom.xml"));
      if (!isCurrent(cache, pom)) {
        rmSync(cache, { recursive: true, force: true });
        renameSync(fresh, cache);
      }
    } catch (error) {
      // Another process may have put the same jars there between the look and the rename.
      if (error instanceof HangupError || !isCurrent(cache, pom)) throw error;
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  const jars = readdirSync(cache).filter((name) => name.endsWith(".jar"));
  return jars.toSorted().map((name) => join(cache, name));
}

/** What a run left that was killed while it fetched; younger ones may still be at it. */
function removeLeftovers(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!/\.fetching-\w+$/.test(name) || Date.now() - statSync(path).mtimeMs < 24 * 3_600_000) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

function isCurrent(cache: string, pom: string): boolean {
  const copy = join(cache, "pom.xml");
  return existsSync(copy) && readFileSync(copy).equals(readFileSync(pom));
}

async function fetchWithMaven(
  pom: string,
  directory: string,
  onProgress: (message: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const maven = spawnGuarded(
    [
      "mvn",
      "--batch-mode",
      `--file=${pom}`,
      // Without limits a dead connection is waited for half an hour.
      "-Daether.connector.connectTimeout=10000",
      "-Daether.connector.requestTimeout=60000",
      "-Dmaven.wagon.http.readTimeout=60000",
      "dependency:copy-dependencies",
      `-DoutputDirectory=${directory}`,
    ],
    { output: "pipe", environment },
  );
  const said: string[] = [];
  let fetched = 0;
  maven.stderr?.on("data", (chunk: Buffer) => said.push(...chunk.toString().split("\n")));
  if (maven.stdout) {
    createInterface(maven.stdout).on("line", (line) => {
      said.push(line);
      if (/^(\[INFO\] )?Downloaded from .*\.jar /.test(line)) onProgress(`fetching Kafka: jar ${++fetched}`);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    maven.on("error", reject);
    maven.on("close", resolve);
  });
  // Both guards say 127 when the program is not there.
  if (code === 127) throw missingMaven(said.join("\n"));
  if (code !== 0 || !existsSync(join(directory, BROKER_JAR))) {
    const why = tellingLine(said) ?? `it ended with code ${code}`;
    throw new HangupError("HANGUP_CHILD_DIED", `Maven could not fetch Kafka ${BUNDLED_KAFKA_VERSION}: ${why}`, {
      remedy: "Check the network and try again, or name a Kafka of yours with --kafka HOST:PORT",
    });
  }
}

/** Maven's first error that says something, without its colours; they come in --batch-mode too, when its own settings cannot be read. */
function tellingLine(lines: readonly string[]): string | undefined {
  const plain = lines.map((line) => stripVTControlCharacters(line).trim());
  const errors = plain.flatMap((line) => /^\[(?:ERROR|FATAL)\]\s+(\S.*)$/.exec(line)?.[1] ?? []);
  return errors[0] ?? plain.find((line) => line !== "" && !/^\[(?:INFO|WARNING|DEBUG)\]/.test(line));
}

function missingMaven(cause: unknown): HangupError {
  return new HangupError("HANGUP_MISSING_TOOL", "Maven (mvn) is needed once, to fetch Kafka's jars, and is not there", {
    remedy: "Install it (Debian: apt-get install maven), or name a Kafka of yours with --kafka HOST:PORT",
    cause,
  });
}
