import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** A process that starts `sleep` under the guard, tells its pid, and then idles. */
function starter(deathSignal: boolean): string {
  return `import { spawnGuarded } from ${JSON.stringify(join(import.meta.dirname, "guard.ts"))};
    import { execFileSync } from "node:child_process";
    const child = spawnGuarded(["sleep", "300"], { output: 2, deathSignal: ${deathSignal} });
    setTimeout(() => undefined, 300_000);
    // The shell's child is the one to look at, not the shell.
    let sleeper = child.pid;
    while (!${deathSignal}) {
      try {
        sleeper = Number(execFileSync("pgrep", ["-P", String(child.pid), "sleep"]));
        break;
      } catch { /* not yet */ }
    }
    process.stdout.write(String(sleeper) + "\\n");`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("spawnGuarded", () => {
  it.each([
    { guard: "setpriv", deathSignal: true },
    { guard: "shell", deathSignal: false },
  ])("$guard ends the child when its starter is killed", async ({ deathSignal }) => {
    if (deathSignal && process.platform !== "linux") return;
    const script = ["--conditions=source", "--input-type=module", "--eval", starter(deathSignal)];
    const parent = spawn(process.execPath, script, { stdio: ["ignore", "pipe", "inherit"] });
    const pid = Number(
      await new Promise<string>((resolve) => parent.stdout.once("data", (data) => resolve(String(data)))),
    );
    expect(isRunning(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
  });
});
