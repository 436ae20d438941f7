import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const library = fileURLToPath(new URL(".", import.meta.url));

/** A service in a process of its own, since signals and exit codes are what is tested. */
function service(body: string) {
  // inside the package, so that its imports resolve
  mkdirSync(join(library, "dist"), { recursive: true });
  const directory = mkdtempSync(join(library, "dist", "lifecycle-"));
  const path = join(directory, "service.ts");
  writeFileSync(
    path,
    `import { runService, HangupError } from "../../index.ts";
     await runService({ name: "hangup sample", summary: "", examples: [], options: {} }, async ({ fail, signal }) => { ${body} });`,
  );
  const child = spawn(process.execPath, ["--conditions=source", path], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const [stdout, stderr]: Readable[] = [child.stdout, child.stderr].filter((stream) => stream !== null);
  let output = "";
  for (const stream of [stdout, stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return {
    child,
    started: once(stdout, "data"),
    // not "close": that never comes after the IPC channel was closed from here
    exit: Promise.all([once(child, "exit"), finished(stdout), finished(stderr)]).then(([[code]]) => {
      rmSync(directory, { recursive: true, force: true });
      return { code: code as number | null, output };
    }),
  };
}

const running = `process.stdout.write("up\\n"); const timer = setInterval(() => undefined, 1000);
  return { stop: async () => { clearInterval(timer); process.stdout.write("flushed\\n"); } };`;

describe("runService", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("stops gracefully on %s", async (signal) => {
    const { child, started, exit } = service(running);
    await started;
    child.kill(signal);
    expect(await exit).toEqual({ code: 0, output: "up\nflushed\n" });
  });

  it("stops when its parent goes away", async () => {
    const { child, started, exit } = service(running);
    await started;
    child.disconnect();
    expect(await exit).toEqual({ code: 0, output: "up\nflushed\n" });
  });

  it("exits 3 when the work was done in part", async () => {
    const { exit } = service(
      `let stopped = false;
       return { done: Promise.resolve(), stop: async () => { stopped = true; }, partial: () => stopped };`,
    );
    expect(await exit).toEqual({ code: 3, output: "" });
  });

  it("reports a failure in one line without a stack, stops what runs, and exits 1", async () => {
    const { exit } = service(
      `setTimeout(() => fail(new HangupError("HANGUP_KAFKA_UNREACHABLE", "no broker at a:1", { remedy: "Start one" })), 10); ${running}`,
    );
    expect(await exit).toEqual({ code: 1, output: "up\nflushed\nhangup sample: no broker at a:1. Start one\n" });
  });

  describe("told to stop while it starts", () => {
    const waiting = `process.stdout.write("starting\\n"); const timer = setInterval(() => undefined, 1000);`;

    it.each([
      {
        name: "gives up by its signal",
        body: `await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("given up"))));`,
        says: "",
      },
      {
        name: "comes to its end, and is stopped",
        body: `await new Promise((resolve) => signal.addEventListener("abort", resolve));
          return { stop: async () => process.stdout.write("stopped\\n") };`,
        says: "stopped\n",
      },
      { name: "does not hear of it, and is left", body: `await new Promise(() => undefined);`, says: "" },
    ])("exits 0 when it $name", async ({ body, says }) => {
      const { child, started, exit } = service(`${waiting} ${body}`);
      await started;
      child.kill("SIGTERM");
      expect(await exit).toEqual({ code: 0, output: `starting\n${says}` });
    });

    it("by a failure it exits 1 with its line", async () => {
      const { exit } = service(
        `${waiting} fail(new HangupError("HANGUP_FILE", "gone")); await new Promise(() => undefined);`,
      );
      expect(await exit).toEqual({ code: 1, output: "starting\nhangup sample: gone\n" });
    });
  });

  it("exits 2 on a usage error before it starts", async () => {
    const { exit } = service(`throw new HangupError("HANGUP_BAD_URL", "'x' is no URL");`);
    expect(await exit).toEqual({ code: 2, output: "hangup sample: 'x' is no URL\n" });
  });

  it("ends by itself when its work is done", async () => {
    const { exit } = service(`return { stop: async () => undefined, done: Promise.resolve() };`);
    expect((await exit).code).toBe(0);
  });
});
