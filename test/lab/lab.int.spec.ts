import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomFrom } from "@hangup/lab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Case } from "./compare.ts";
import { figuresOf } from "./matrix.ts";
import { CLEAN } from "./network.ts";
import { REPERTOIRE } from "./repertoire.ts";
import { changedRows, otherNames } from "./renaming.ts";
import { readFrames, renameFrame, tagFrame, writeFrames } from "./rewrite.ts";
import { analyze } from "./rows.ts";
import { score } from "./score.ts";
import { take, type Take } from "./take.ts";
import { missingTools } from "./tools.ts";

const isRoot = process.getuid?.() === 0;
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";
const possible = (isRoot || mustRun) && missingTools().length === 0;

/** The commonest endings, none of which takes long. */
const COMMON = [
  "client_first",
  "server_first",
  "no_data",
  "half_close",
  "port_closed",
  "rejected_at_1",
  "prohibited_at_2",
  "syn_dropped_at_2",
  "cancelled",
  "overflow_with_reset",
  "client_abort",
  "unread_close",
  "turned_away",
  "abort_after_answer",
  "data_after_close",
  "keepalive_by_client",
  "forgotten_by_the_server",
  "stray_ack",
  "nat_forgot_client_sends",
  "blocked_at_2_once",
  "forged_to_the_server",
  "scan_by_syn",
  "crash_of_a_server",
];

describe.skipIf(!possible)("what the lab does", () => {
  const directory = mkdtempSync(join(tmpdir(), "hangup-matrix-"));
  let made: Take;
  let cases: Case[] = [];

  beforeAll(async () => {
    const scenarios = Object.fromEntries(COMMON.map((name) => [name, REPERTOIRE[name]]));
    made = await take({ name: "matrix", seed: 7, path: CLEAN, scenarios, rounds: 1, directory });
    cases = await score(made);
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("goes as planned", () => {
    expect(made.failures).toEqual([]);
    expect(new Set(made.labels.map(({ scenario }) => scenario))).toEqual(new Set(COMMON));
  });

  it.each(COMMON)("is told at every place, in both address families: %s", (scenario) => {
    const ours = cases.filter(({ label }) => label.scenario === scenario);
    expect(new Set(ours.map(({ label }) => label.family))).toEqual(new Set(REPERTOIRE[scenario].families ?? [4, 6]));
    const wrong = ours.filter(({ honest }) => !honest);
    expect(wrong.map(({ vantage, mode, kind, said }) => `at the ${vantage} (${mode}): ${kind}:${said}`)).toEqual([]);
  });

  it("is named for what it is, where all headers are at hand", () => {
    const whole = cases.filter(({ mode }) => mode === "all");
    expect(whole.filter(({ right }) => !right).map(({ label, said }) => `${label.scenario}: ${said}`)).toEqual([]);
  });

  it("makes nobody a culprit who is none, and is counted once", () => {
    expect(figuresOf(cases)).toMatchObject({ falseAccusations: [], unknownResets: 0, doubled: 0 });
  });

  it("would be told the same under other names, in a VLAN, in nanoseconds", () => {
    const random = randomFrom(5);
    for (const place of ["client", "path", "server"]) {
      const frames = readFrames(readFileSync(join(directory, `${place}.pcap`))) ?? [];
      const naming = otherNames(frames, random);
      expect(analyze(writeFrames(frames)).length).toBeGreaterThan(0);
      expect(changedRows(frames, (frame) => tagFrame(renameFrame(frame, naming), 9), true)).toEqual([]);
    }
  });

  it("leaves no namespace behind", () => {
    expect(readdirSync("/run/netns").filter((name) => name.startsWith("hangup-matrix-"))).toEqual([]);
  });
});
