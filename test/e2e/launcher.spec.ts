import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually, ROOT } from "./hangup-up.ts";

/** What the launcher calls of the system; there is no tcpdump, Java or Maven among it. */
const SYSTEM =
  "sh cat chmod cmp cp date dirname find flock head id mkdir mktemp paste readlink rm sed setsid sleep tail touch uname wc";

/** Notes what it was called for, brings what the real one would, and does not come to the end of what $HANGS names. */
const NPM = `#!/bin/sh
echo "npm $1" >>"$CALLS"
mkdir -p node_modules/node/bin
if [ "$1" = "$HANGS" ]; then
  sleep 300 &
  echo "$$ $!" >"$PIDS"
  wait
fi
printf '#!/bin/sh\\necho started\\n' >node_modules/node/bin/node
chmod +x node_modules/node/bin/node
`;

describe("the launcher", () => {
  let folder: string;
  const file = (...path: string[]): string => join(folder, ...path);
  const calls = (): string[] => (existsSync(file("calls")) ? readFileSync(file("calls"), "utf8").split("\n") : []);
  const hanging = (): string[] =>
    existsSync(file("pids")) ? readFileSync(file("pids"), "utf8").trim().split(/\s+/).filter(Boolean) : [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hangup-launcher-"));
    for (const name of ["bin", "libs", "services", "proto", "tmp"]) mkdirSync(file(name));
    for (const name of ["package-lock.json", "tsconfig.base.json", "rolldown.config.ts", "libs/source.ts"])
      writeFileSync(file(name), "");
    copyFileSync(join(ROOT, "hangup"), file("hangup"));
    for (const name of SYSTEM.split(" ")) link(name);
    program("npm", NPM);
    program("apt-get", '#!/bin/sh\necho "apt-get" >>"$CALLS"\n');
  });
  afterEach(() => {
    // after a failure only: nothing else would end them
    for (const pid of hanging().filter(runs)) process.kill(Number(pid), "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  function link(name: string): void {
    const found = (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, name));
    const path = found.find((each) => existsSync(each));
    if (path !== undefined) symlinkSync(path, file("bin", name));
  }

  function program(name: string, text: string): void {
    writeFileSync(file("bin", name), text);
    chmodSync(file("bin", name), 0o755);
  }

  function start(args: readonly string[], hangs = ""): { child: ChildProcess; ended: Promise<[number, string]> } {
    const child = spawn(file("hangup"), args, {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: { PATH: file("bin"), TMPDIR: file("tmp"), CALLS: file("calls"), PIDS: file("pids"), HANGS: hangs },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    return { child, ended: once(child, "close").then(([code]) => [code as number, output]) };
  }

  async function interrupted(hangs: string, signal: NodeJS.Signals, whole: boolean): Promise<[number, string]> {
    const { child, ended } = start(["analyze"], hangs);
    const pids = await eventually(
      async () => hanging(),
      ({ length }) => length > 0,
      20_000,
    );
    process.kill(whole ? -Number(child.pid) : Number(child.pid), signal);
    const result = await ended;
    await eventually(
      async () => pids.filter(runs),
      ({ length }) => length === 0,
      5_000,
    );
    return result;
  }

  it.each([
    { hangs: "ci", label: "installing npm packages", signal: "SIGINT", whole: true, code: 130 },
    { hangs: "ci", label: "installing npm packages", signal: "SIGTERM", whole: false, code: 143 },
    { hangs: "run", label: "building", signal: "SIGINT", whole: false, code: 130 },
  ] as const)(
    "ends at once at a $signal while $label, and what it was about begins again",
    async ({ hangs, label, signal, whole, code }) => {
      const began = Date.now();
      const [ended, output] = await interrupted(hangs, signal, whole);
      expect(Date.now() - began).toBeLessThan(30_000);
      expect(ended).toBe(code);
      expect(output).toMatch(new RegExp(`hangup: ${label}.* \\.\\.\\. interrupted: the next start begins it again\n$`));
      const before = calls().length;
      const [again, told] = await start(["analyze"]).ended;
      expect([again, told]).toEqual([0, expect.stringMatching(/\nstarted\n$/)]);
      expect(calls().slice(before - 1)).toEqual([...(hangs === "ci" ? ["npm ci"] : []), "npm run", ""]);
    },
  );

  it("takes nothing for built that was being built when it was interrupted, whatever was built before", async () => {
    expect((await start(["analyze"]).ended)[0]).toBe(0);
    appendFileSync(file("libs/source.ts"), "\n");
    expect((await interrupted("run", "SIGINT", true))[0]).toBe(130);
    expect((await start(["analyze"]).ended)[0]).toBe(0);
    expect(calls()).toEqual(["npm ci", "npm run", "npm run", "npm run", ""]);
    expect((await start(["analyze"]).ended)[1]).toBe("started\n");
  });

  it.each(["--check-config", "--print-config", "--help"])("installs no program for up %s", async (flag) => {
    expect(await start(["up", "--data", "x", flag]).ended).toEqual([0, expect.stringMatching(/\nstarted\n$/)]);
    expect(calls()).not.toContain("apt-get");
    const [, told] = await start(["up", "--data", "x"]).ended;
    expect(calls().includes("apt-get") || /these programs are missing: tcpdump/.test(told)).toBe(true);
  });
});

/** A process that has ended and is still to be waited for by somebody runs no more. */
function runs(pid: string): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
