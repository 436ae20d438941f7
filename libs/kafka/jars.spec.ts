import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUNDLED_KAFKA_VERSION, kafkaCacheDirectory, resolveJars } from "./jars.ts";
import { findJava } from "./java.ts";

/** Puts two files where Maven was told to put the jars. */
const copy = (name: string): string =>
  `for a in "$@"; do case $a in -DoutputDirectory=*) d=\${a#*=};; esac; done; touch "$d/${name}" "$d/another.jar"`;

describe("what Kafka needs", () => {
  let directory: string;
  let environment: NodeJS.ProcessEnv;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-jars-"));
    mkdirSync(join(directory, "bin"));
    environment = { PATH: `${join(directory, "bin")}:/usr/bin:/bin`, XDG_CACHE_HOME: join(directory, "cache") };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A program of the given name that does what `script` says: to see failures that the real one shows rarely. */
  function program(name: string, script: string): void {
    const path = join(directory, "bin", name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  it("keeps the jars in a cache that a second call takes as it is", async () => {
    program(
      "mvn",
      `${copy(`kafka_2.13-${BUNDLED_KAFKA_VERSION}.jar`)}; echo 'Downloaded from central: https://x/a.jar (1 kB)'`,
    );
    const notes: string[] = [];
    const jars = await resolveJars((note) => notes.push(note), environment);
    expect(jars.map((jar) => jar.replace(kafkaCacheDirectory(environment), ""))).toEqual([
      "/another.jar",
      `/kafka_2.13-${BUNDLED_KAFKA_VERSION}.jar`,
    ]);
    expect(notes).toEqual([`fetching Kafka ${BUNDLED_KAFKA_VERSION} (43 MB, once)`, "fetching Kafka: jar 1"]);
    program("mvn", "exit 1");
    expect(await resolveJars(() => undefined, environment)).toEqual(jars);
  });

  it.each([
    {
      what: "fails half-way",
      script: `${copy("another.jar")}; echo '[ERROR] cannot reach central'; exit 1`,
      why: "cannot reach central",
    },
    {
      what: "speaks in colours",
      script: `printf '\\033[0m\\n' >&2; printf '[\\033[1;31mERROR\\033[m] \\n[\\033[1;31mERROR\\033[m] Could not create local repository\\033[0m\\n'; exit 1`,
      why: "Could not create local repository",
    },
    { what: "lacks the broker", script: copy("another.jar"), why: "it ended with code 0" },
  ])("leaves no cache when Maven $what", async ({ script, why }) => {
    program("mvn", script);
    await expect(resolveJars(() => undefined, environment)).rejects.toMatchObject({
      code: "HANGUP_CHILD_DIED",
      message: `Maven could not fetch Kafka ${BUNDLED_KAFKA_VERSION}: ${why}`,
    });
    expect(existsSync(kafkaCacheDirectory(environment))).toBe(false);
    expect(readdirSync(join(directory, "cache", "hangup"))).toEqual([]);
  });

  it("clears away what a killed run left, not what another run is at", async () => {
    const cache = kafkaCacheDirectory(environment);
    for (const name of ["oldOne", "newOne"]) mkdirSync(`${cache}.fetching-${name}`, { recursive: true });
    utimesSync(`${cache}.fetching-oldOne`, 0, 0);
    program("mvn", copy(`kafka_2.13-${BUNDLED_KAFKA_VERSION}.jar`));
    await resolveJars(() => undefined, environment);
    expect(readdirSync(join(directory, "cache", "hangup")).toSorted()).toEqual(
      [`kafka-${BUNDLED_KAFKA_VERSION}`, `kafka-${BUNDLED_KAFKA_VERSION}.fetching-newOne`].toSorted(),
    );
  });

  it("says that Maven is missing", async () => {
    const bare = { ...environment, PATH: join(directory, "bin") };
    for (const guard of ["/bin/sh", "/usr/bin/setpriv"]) {
      if (existsSync(guard)) symlinkSync(guard, join(directory, "bin", basename(guard)));
    }
    await expect(resolveJars(() => undefined, bare)).rejects.toMatchObject({ code: "HANGUP_MISSING_TOOL" });
  });

  it.each([
    { says: 'openjdk version "17.0.15" 2025-04-15', version: "17.0.15" },
    { says: 'openjdk version "25" 2025-09-16', version: "25" },
  ])("takes $says", async ({ says, version }) => {
    program("java", `echo '${says}' >&2`);
    expect(await findJava(environment)).toEqual({ command: "java", version });
  });

  it.each([
    { says: 'java version "1.8.0_392"', why: "java is 1.8.0_392" },
    { says: 'openjdk version "11.0.21" 2023-10-17', why: "java is 11.0.21" },
  ])("refuses $says", async ({ says, why }) => {
    program("java", `echo '${says}' >&2`);
    await expect(findJava(environment)).rejects.toMatchObject({
      code: "HANGUP_MISSING_TOOL",
      message: `Java 17+ is needed to run Kafka: ${why}`,
    });
  });

  it("says that Java is missing", async () => {
    const bare = { PATH: join(directory, "bin"), JAVA_HOME: join(directory, "no-java") };
    await expect(findJava(bare)).rejects.toMatchObject({ code: "HANGUP_MISSING_TOOL" });
  });
});
