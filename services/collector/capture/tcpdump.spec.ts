import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HangupError } from "@hangup/service";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualTimers } from "../testing/manual-timers.ts";
import { Tcpdump } from "./tcpdump.ts";

/** Shell scripts in tcpdump's place: what is tested is how its deaths and signals are dealt with. */
describe("Tcpdump", () => {
  let directory: string;
  let program: string;
  let tcpdump: Tcpdump;
  let timers: ManualTimers;
  /** Waiting times before the restarts, as they were logged. */
  let waits: number[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-tcpdump-"));
    program = join(directory, "tcpdump");
    timers = new ManualTimers();
    waits = [];
    const log = pino({ level: "warn" }, { write: (line) => waits.push((JSON.parse(line) as { inMs: number }).inMs) });
    tcpdump = new Tcpdump({
      command: { program, args: [] },
      taker: { take: () => undefined, room: () => undefined },
      complaint: (lines) => new HangupError("HANGUP_CAPTURE_FAILED", lines.join(" ")),
      finite: false,
      longestPauseMs: 50,
      timers,
      log,
    });
  });
  afterEach(async () => {
    await tcpdump.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function script(text: string): void {
    writeFileSync(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  it("tries once after each death, later each time, also when it cannot be started any more", async () => {
    script(`echo "listening on test" >&2; rm "$0"; exit 1`);
    await tcpdump.start();
    for (const wait of [500, 1_000, 2_000, 4_000]) {
      await expect.poll(() => waits.at(-1)).toBe(wait);
      expect(timers.waiting).toBe(1);
      await timers.pass(wait);
    }
    await expect.poll(() => waits.at(-1)).toBe(8_000);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
    expect(tcpdump.restarts).toBe(5);
  });

  it("asks for counters only once it listens: before, the signal would kill it", async () => {
    const go = join(directory, "go");
    const counters = "5 packets captured, 6 packets received by filter, 0 packets dropped by kernel";
    script(`touch "${go}.begun"
      while [ ! -e "${go}" ]; do sleep 0.02; done
      trap 'echo "${counters}" >&2' USR1
      trap 'exit 0' INT
      echo "listening on test" >&2
      while :; do sleep 0.02; done`);
    const started = tcpdump.start();
    await expect.poll(() => existsSync(`${go}.begun`)).toBe(true);
    tcpdump.requestCounters();
    writeFileSync(go, "");
    await started;
    expect(tcpdump.trouble).toBeNull();
    tcpdump.requestCounters();
    await expect.poll(() => tcpdump.counters().captured).toBe(5);
  });
});
