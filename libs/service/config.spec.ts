import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { environmentName, parseCommand, type CommandSpec } from "./config.ts";
import { HangupError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { option } from "./option.ts";
import { bootstrapServers, duration, flag, httpUrl, listenAddress } from "./schemas.ts";

const options = {
  interface: option("-i, --interface <name>", "what to capture", z.string().default("any")),
  snaplen: option("-s, --snaplen <bytes>", "bytes kept of a packet", z.coerce.number().int().min(64).default(128)),
  own: option("--own <host:port>", "left out", z.array(z.string()).default([]), { repeatable: true }),
  adminListen: option("--admin-listen <host:port>", "metrics", listenAddress.prefault("127.0.0.1:8482")),
  maxAge: option("--max-age <duration>", "flush", duration.prefault("500ms")),
  quiet: option("-q, --quiet", "say less", flag),
  name: option("--name <name>", "of the collector", z.string().default("host")),
  brokers: option("--brokers <host:port,...>", "Kafka", bootstrapServers.prefault("a:9092")),
  clickhouse: option("--clickhouse <url>", "server", httpUrl.default("http://h:8123"), { secret: true }),
  webhook: option("--webhook <url>", "told", z.array(httpUrl).default([]), { secret: true, repeatable: true }),
  output: option("--output <form>", "of the answer", z.string().default("table"), { environment: false }),
};
const spec: CommandSpec<typeof options> = {
  name: "hangup collect",
  summary: "",
  examples: [],
  options,
  operands: "[bpf...]",
  check: ({ maxAge, snaplen }) =>
    maxAge > 60_000 && snaplen > 1_000 ? "--max-age and --snaplen are both too much" : null,
};

function parse(argv: string[], environment: NodeJS.ProcessEnv = {}) {
  return parseCommand(spec, argv, environment);
}

function refusal(run: () => unknown): HangupError {
  try {
    run();
  } catch (error) {
    if (error instanceof HangupError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "hangup-config-")), "collector.yaml");
  writeFileSync(path, text);
  return path;
}

describe("parseCommand", () => {
  it("takes an option that says no for one that is on when it is given", () => {
    const quiet = { noColour: option("-p, --no-colour-at-all", "plain", flag) };
    const plain = (argv: string[], environment: NodeJS.ProcessEnv = {}) =>
      parseCommand({ name: "hangup x", summary: "", examples: [], options: quiet }, argv, environment).config.noColour;
    expect([plain([]), plain(["-p"]), plain(["--no-colour-at-all"])]).toEqual([false, true, true]);
    expect([plain([], { HANGUP_NO_COLOUR: "true" }), plain([], { HANGUP_NO_COLOUR: "false" })]).toEqual([true, false]);
    expect(plain(["--config", file("noColour: true\n")])).toBe(true);
  });

  it("gives the defaults", () => {
    const { config, operands } = parse([]);
    expect(config).toEqual({
      interface: "any",
      snaplen: 128,
      own: [],
      adminListen: { host: "127.0.0.1", port: 8482 },
      maxAge: 500,
      quiet: false,
      name: "host",
      brokers: ["a:9092"],
      clickhouse: "http://h:8123",
      webhook: [],
      output: "table",
    });
    expect(operands).toEqual([]);
  });

  it("takes short and long flags, repeated flags and operands", () => {
    const { config, operands } = parse(["-i", "eth0", "--own", "a:1", "--own", "b:2", "-q", "tcp", "port", "443"]);
    expect(config).toMatchObject({ interface: "eth0", own: ["a:1", "b:2"], quiet: true });
    expect(operands).toEqual(["tcp", "port", "443"]);
  });

  it("prefers the flag to the environment, and that to the file", () => {
    const path = file("snaplen: 256\ninterface: lo\n");
    const environment = { HANGUP_SNAPLEN: "512", HANGUP_OWN: "a:1,b:2" };
    expect(parse(["--config", path]).config).toMatchObject({ snaplen: 256, interface: "lo" });
    expect(parse(["--config", path], environment).config).toMatchObject({ snaplen: 512, own: ["a:1", "b:2"] });
    expect(parse(["--config", path, "-s", "1024"], environment).config.snaplen).toBe(1024);
  });

  it.each([
    { argv: ["--interfcae", "eth0"], says: "--interfcae", remedy: "Did you mean --interface?" },
    {
      argv: ["-s", "12"],
      says: "--snaplen '12' cannot be used: expected at least 64",
      remedy: "See 'hangup collect --help'",
    },
    {
      argv: ["--admin-listen", "nowhere"],
      says: "--admin-listen 'nowhere' cannot be used: expected HOST:PORT",
      remedy: "",
    },
    {
      argv: ["--admin-listen", "127.0.0.1:99999"],
      says: "--admin-listen '127.0.0.1:99999' cannot be used: port 99999 is beyond 65535",
      remedy: "",
    },
    { argv: ["--brokers", "a:1,b:70000"], says: "'b:70000': port 70000 is beyond 65535", remedy: "" },
    { argv: ["-s", "many"], says: "--snaplen 'many' cannot be used: expected a number", remedy: "" },
    { argv: ["-s", "64.5"], says: "--snaplen '64.5' cannot be used: expected a whole number", remedy: "" },
    { argv: ["--max-age", "soon"], says: "expected a duration such as 500ms", remedy: "" },
  ])("refuses $argv with exit code 2", ({ argv, says, remedy }) => {
    const error = refusal(() => parse(argv));
    expect(error.exitCode).toBe(2);
    expect(`${error.message} ${error.remedy}`).toContain(says);
    expect(`${error.message} ${error.remedy}`).toContain(remedy);
  });

  it("names the environment variable that holds a bad value", () => {
    expect(refusal(() => parse([], { HANGUP_SNAPLEN: "x" })).message).toContain("HANGUP_SNAPLEN 'x'");
  });

  it("refuses a log level that there is none of, whatever the command does", () => {
    const error = refusal(() => parse([], { HANGUP_LOG_LEVEL: "loud" }));
    expect([error.exitCode, error.message]).toEqual([2, "HANGUP_LOG_LEVEL 'loud' is no level"]);
    expect(error.remedy).toBe("Use one of trace, debug, info, warn, error, fatal, silent");
    expect(parse([], { HANGUP_LOG_LEVEL: "" }).config.name).toBe("host");
  });

  it("takes what belongs to one call from the flag or the file alone", () => {
    expect(parse([], { HANGUP_OUTPUT: "csv" }).config.output).toBe("table");
    expect(parse(["--config", file("output: csv")], { HANGUP_OUTPUT: "json" }).config.output).toBe("csv");
    expect(parse(["--output", "csv"]).config.output).toBe("csv");
  });

  it("refuses values that do not go together", () => {
    expect(refusal(() => parse(["--max-age", "2m", "-s", "2000"])).message).toContain("are both too much");
    expect(parse(["--max-age", "2m"]).config.maxAge).toBe(120_000);
  });

  it.each([
    { argv: ["--clickhouse", "ftp://hangup:s3cret@ch:8123"], environment: {}, says: "--clickhouse 'ftp://***'" },
    { argv: [], environment: { HANGUP_CLICKHOUSE: "hangup:s3cret@ch:8123" }, says: "HANGUP_CLICKHOUSE '***'" },
    { argv: ["--webhook", "http://ok", "--webhook", "s3cret"], environment: {}, says: "--webhook 'http://***,***'" },
    {
      argv: ["--config", file("clickhouse: tcp://u:s3cret@h")],
      environment: {},
      says: "clickhouse in the file 'tcp://***'",
    },
  ])("repeats no secret: $says", ({ argv, environment, says }) => {
    const { message } = refusal(() => parse(argv, environment));
    expect(message).toBe(`${says} cannot be used: expected an http:// or https:// URL`);
  });

  it.each([
    { text: "maxAge: 2", config: { maxAge: 2_000 } },
    { text: "maxAge: 1.5", config: { maxAge: 1_500 } },
    { text: "name: 5", config: { name: "5" } },
    { text: "name: 007", config: { name: "007" } },
    { text: "name: true", config: { name: "true" } },
    { text: "brokers: a:1", config: { brokers: ["a:1"] } },
    { text: "brokers: [a:1, b:2]", config: { brokers: ["a:1", "b:2"] } },
    { text: "brokers:\n  - a:1\n  - b:2\n", config: { brokers: ["a:1", "b:2"] } },
    { text: "own: a:1", config: { own: ["a:1"] } },
    { text: "own: [a:1, b:2]", config: { own: ["a:1", "b:2"] } },
    { text: "quiet: true", config: { quiet: true } },
    { text: "quiet: no", config: { quiet: false } },
    { text: "", config: { name: "host" } },
  ])("takes the file's $text", ({ text, config }) => {
    expect(parse(["--config", file(text)]).config).toMatchObject(config);
  });

  it.each([
    { value: "true", quiet: true },
    { value: "1", quiet: true },
    { value: "false", quiet: false },
    { value: "0", quiet: false },
  ])("a flag's variable may say $value", ({ value, quiet }) => {
    expect(parse([], { HANGUP_QUIET: value }).config.quiet).toBe(quiet);
    expect(parse(["--quiet"], { HANGUP_QUIET: value }).config.quiet).toBe(true);
  });

  it("refuses other words for a flag", () => {
    const { message } = refusal(() => parse([], { HANGUP_QUIET: "maybe" }));
    expect(message).toBe("HANGUP_QUIET 'maybe' cannot be used: expected true or false");
  });

  it("refuses unknown keys in the file and says which was meant", () => {
    const error = refusal(() => parse(["--config", file("snaplenn: 1\n")]));
    expect(error.code).toBe("HANGUP_CONFIG");
    expect(error.message).toContain("unknown key 'snaplenn'");
    expect(error.remedy).toBe("Did you mean 'snaplen'?");
  });

  it.each([
    { name: "none.yaml", why: "there is no such file" },
    { name: ".", why: "it is a directory" },
  ])("says of a file that cannot be read which option named it", ({ name, why }) => {
    const path = join(dirname(file("")), name);
    const error = refusal(() => parse(["--config", path]));
    expect([error.code, error.message]).toEqual(["HANGUP_CONFIG", `--config ${path} cannot be read: ${why}`]);
    expect(error.remedy).toBe("Name a YAML file that this user may read");
  });

  it.each([
    { text: "- a\n", says: "expected a mapping" },
    { text: "a: [\n", says: "configuration file" },
    { text: "name: {a: 1}\n", says: "'name' is neither a value nor a list of them" },
  ])("refuses a file that is no mapping", ({ text, says }) => {
    expect(refusal(() => parse(["--config", file(text)])).message).toContain(says);
  });
});

describe("names", () => {
  it("derives the environment variable from the key", () => {
    expect(environmentName("bootstrapServer")).toBe("HANGUP_BOOTSTRAP_SERVER");
  });

  it.each([
    { word: "analize", near: "analyze" },
    { word: "TOP", near: "top" },
    { word: "elephant", near: undefined },
  ])("nearest to $word is $near", ({ word, near }) => {
    expect(nearest(word, ["up", "top", "analyze", "collect"])).toBe(near);
  });
});
