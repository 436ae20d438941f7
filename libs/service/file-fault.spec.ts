import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileFault, systemWords } from "./file-fault.ts";

const folder = mkdtempSync(join(tmpdir(), "hangup-file-fault-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "directory"));
writeFileSync(join(folder, "file"), "");

function failure(path: string, how: "r" | "w"): unknown {
  try {
    closeSync(openSync(path, how));
  } catch (error) {
    return error;
  }
  throw new Error(`${path} could be opened`);
}

describe("a file that cannot be used", () => {
  it.each([
    { name: "none", use: "read", why: "there is no such file" },
    { name: "file/none", use: "read", why: "a part of its path is no directory" },
    { name: "directory", use: "written", why: "it is a directory" },
    { name: "none/copy", use: "written", why: `there is no directory ${join(folder, "none")}` },
  ] as const)("$name is named with its option, and why it cannot be $use", ({ name, use, why }) => {
    const path = join(folder, name);
    const fault = fileFault(failure(path, use === "read" ? "r" : "w"), { option: "--some-file", path, use });
    expect(fault.message).toBe(`--some-file ${path} cannot be ${use}: ${why}`);
    expect(fault.remedy).toBe(`Name a file that this user may ${use === "read" ? "read" : "write"}`);
    expect([fault.code, fault.exitCode]).toEqual(["HANGUP_FILE", 1]);
  });

  it("may be expected to be of a kind", () => {
    const file = { option: "--config", path: "x", use: "read", kind: "a YAML file" } as const;
    const fault = fileFault(new Error("odd"), file, "HANGUP_CONFIG");
    expect(`${fault.message}. ${fault.remedy}`).toBe(
      "--config x cannot be read: odd. Name a YAML file that this user may read",
    );
    expect(fault.exitCode).toBe(2);
  });
});

describe("the system's words", () => {
  it.each([
    { said: "EACCES: permission denied, open '/root/o'x, y'", words: "permission denied" },
    { said: "ENOSPC: no space left on device, write", words: "no space left on device" },
    { said: "something, somewhere, else", words: "something, somewhere, else" },
  ])("$said", ({ said, words }) => expect(systemWords(new Error(said))).toBe(words));
});
