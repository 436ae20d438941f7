import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { environmentName, nearest, option, parseCommand } from "./config.ts";
import { HangupError } from "./errors.ts";
import { duration, listenAddress } from "./schemas.ts";

const options = {
  interface: option("-i, --interface <name>", "what to capture", z.string().default("any")),
  snaplen: option("-s, --snaplen <bytes>", "bytes kept of a packet", z.coerce.number().int().min(64).default(128)),
  own: option("--own <host:port>", "left out", z.array(z.string()).default([]), { repeatable: true }),
  adminListen: option("--admin-listen <host:port>", "metrics", listenAddress.prefault("127.0.0.1:8482")),
  maxAge: option("--max-age <duration>", "flush", duration.prefault("500ms")),
  quiet: option("-q, --quiet", "say less", z.boolean().default(false)),
};
const spec = { name: "hangup collect", summary: "", examples: [], options, operands: "[bpf...]" };

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
  it("gives the defaults", () => {
    const { config, operands } = parse([]);
    expect(config).toEqual({
      interface: "any",
      snaplen: 128,
      own: [],
      adminListen: { host: "127.0.0.1", port: 8482 },
      maxAge: 500,
      quiet: false,
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
    { argv: ["-s", "12"], says: "--snaplen '12' cannot be used", remedy: "See 'hangup collect --help'" },
    {
      argv: ["--admin-listen", "nowhere"],
      says: "--admin-listen 'nowhere' cannot be used: expected HOST:PORT",
      remedy: "",
    },
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

  it("refuses unknown keys in the file and says which was meant", () => {
    const error = refusal(() => parse(["--config", file("snaplenn: 1\n")]));
    expect(error.code).toBe("HANGUP_CONFIG");
    expect(error.message).toContain("unknown key 'snaplenn'");
    expect(error.remedy).toBe("Did you mean 'snaplen'?");
  });

  it.each([
    { text: "- a\n", says: "expected a mapping" },
    { text: "a: [\n", says: "configuration file" },
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
