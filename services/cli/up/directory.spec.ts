import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeDirectory } from "./directory.ts";

const folder = mkdtempSync(join(tmpdir(), "hangup-directory-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the directory of --data", () => {
  it("is made, and those above it", () => {
    const path = join(folder, "a", "b", "c");
    makeDirectory(path);
    expect(statSync(path).isDirectory()).toBe(true);
    makeDirectory(path);
  });

  it("may be a link to one", () => {
    const link = join(folder, "link");
    symlinkSync(folder, link);
    makeDirectory(link);
    makeDirectory(join(link, "d"));
    expect(statSync(join(folder, "d")).isDirectory()).toBe(true);
  });

  it.each(["/proc/hangup/logs", "/proc/self/hangup"])("%s cannot be made, which is said at once", (path) => {
    expect(() => makeDirectory(path)).toThrow(`--data ${path} cannot be used: no directory can be made there`);
  });

  it("cannot lie below a file", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => makeDirectory(file)).toThrow(`--data ${file} cannot be used: there is a file of this name`);
    expect(() => makeDirectory(join(file, "logs"))).toThrow(/logs cannot be used: a part of its path is no directory$/);
  });
});
