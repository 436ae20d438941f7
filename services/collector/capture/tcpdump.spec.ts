import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packet, PcapBuilder, readBack, type PacketBuilder } from "@hangup/packets/builder";
import { HangupError } from "@hangup/service";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualTimers } from "../testing/manual-timers.ts";
import { Tcpdump } from "./tcpdump.ts";

const syn = (srcPort: number): PacketBuilder =>
  packet().tcp({ srcPort, dstPort: 80, flags: "S" }).ipv4({ src: "192.0.2.1", dst: "192.0.2.2" });

/** Shell scripts in tcpdump's place: what is tested is how its deaths and signals are dealt with. */
describe("Tcpdump", () => {
  let directory: string;
  let program: string;
  let tcpdump: Tcpdump;
  let timers: ManualTimers;
  let logged: { inMs: number; msg: string; linkType?: string }[];
  let taken: Uint8Array[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hangup-tcpdump-"));
    program = join(directory, "tcpdump");
    timers = new ManualTimers();
    logged = [];
    taken = [];
    const log = pino({ level: "warn" }, { write: (line) => logged.push(JSON.parse(line) as (typeof logged)[0]) });
    tcpdump = new Tcpdump({
      command: () => ({ program, args: [] }),
      name: "test",
      taker: { take: (chunk) => taken.push(Buffer.from(chunk)), room: () => undefined },
      complaint: (lines) => new HangupError("HANGUP_CAPTURE_FAILED", lines.join(" ")),
      finite: false,
      copied: true,
      longestPauseMs: 50,
      timers,
      log,
    });
  });
  afterEach(async () => {
    await tcpdump.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Waiting times before the restarts, as they were logged. */
  const waits = (): number[] => logged.map(({ inMs }) => inMs);

  function script(text: string): void {
    writeFileSync(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  /** A run that hands over one packet, and dies. */
  function run(linkType: number, type: string, built: PacketBuilder): string {
    writeFileSync(join(directory, type), new PcapBuilder({ linkType }).add(1e15, built).bytes());
    return `echo "listening on test, link-type ${type} (), snapshot length 192 bytes" >&2; cat "${directory}/${type}"; exit 1`;
  }

  it("tries once after each death, later each time, also when it cannot be started any more", async () => {
    script(`echo "listening on test" >&2; rm "$0"; exit 1`);
    await tcpdump.start();
    for (const wait of [500, 1_000, 2_000, 4_000]) {
      await expect.poll(() => waits().at(-1)).toBe(wait);
      expect(timers.waiting).toBe(1);
      await timers.pass(wait);
    }
    await expect.poll(() => waits().at(-1)).toBe(8_000);
    expect(waits()).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
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

  it("goes on with an interface that comes back with another link type", async () => {
    script(run(1, "EN10MB", syn(1).ethernet()));
    await tcpdump.start();
    await expect.poll(() => timers.waiting).toBe(1);
    script(run(227, "CAN_SOCKETCAN", syn(2)));
    await timers.pass(500);
    await expect.poll(() => logged.at(-1)?.msg).toMatch(/227 \(CAN_SOCKETCAN\) is not decoded.* is started again/);
    script(run(101, "RAW", syn(3)));
    await timers.pass(1_000);
    await expect.poll(() => waits().at(-1)).toBe(2_000);
    expect(logged.find(({ linkType }) => linkType === "RAW")?.msg).toMatch(/runs again, .* another link type.* SIGHUP/);
    expect(readBack(Buffer.concat(taken)).segments.map(({ srcPort }) => srcPort)).toEqual([1, 3]);
  });
});
