import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockDataDirectory } from "./lock.ts";

describe("lockDataDirectory", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-lock-"));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("gives the lock back", () => {
    lockDataDirectory(directory)();
    expect(existsSync(join(directory, "up.pid"))).toBe(false);
    lockDataDirectory(directory)();
  });

  it("names a living owner", async () => {
    const owner = spawn(process.execPath, ["-e", "setInterval(() => 0, 1e3); console.log()", "up"], { stdio: "pipe" });
    await once(owner.stdout, "data");
    writeFileSync(join(directory, "up.pid"), `${owner.pid}\n`);
    expect(() => lockDataDirectory(directory)).toThrow(`already runs in ${directory} as process ${owner.pid}`);
    owner.kill();
  });

  it("takes over from one that died, and from a process that is no up", () => {
    for (const pid of [2 ** 22 + 1, process.ppid]) {
      writeFileSync(join(directory, "up.pid"), `${pid}\n`);
      lockDataDirectory(directory)();
    }
    expect(existsSync(join(directory, "up.pid"))).toBe(false);
  });

  it("leaves another's lock alone when it gives back", () => {
    const unlock = lockDataDirectory(directory);
    writeFileSync(join(directory, "up.pid"), "1\n");
    unlock();
    expect(existsSync(join(directory, "up.pid"))).toBe(true);
  });
});
