import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYN } from "./agent.ts";
import { keepFlags } from "./capture.ts";
import { compare, type Case } from "./compare.ts";
import { analyze, type Row } from "./rows.ts";
import { MODES, VANTAGES, type Mode } from "./deed.ts";
import { flagsOf, readFrames, writeFrames, type Frame } from "./rewrite.ts";
import type { Take } from "./take.ts";

/** What is said of every label, at every vantage, by what each kind of capture holds. */
export async function score(
  { name, directory, labels, setting }: Take,
  modes: readonly Mode[] = MODES,
): Promise<Case[]> {
  const captures = new Set(labels.flatMap((label) => VANTAGES.map((vantage) => label.captures[vantage])));
  const lossy = setting.path.loss > 0;
  const cases: Case[] = [];
  for (const mode of modes) {
    const rows = new Map<string, Row[]>();
    for (const capture of captures) rows.set(capture, analyze(captureOf(directory, capture, mode)));
    for (const vantage of VANTAGES) {
      cases.push(...compare(name, labels, vantage, mode, (capture) => rows.get(capture) ?? [], lossy));
    }
  }
  // A path that loses packets may have lost all of a connection that there was to see.
  // One that came late may have nothing left that tells two connections of one tuple apart.
  return cases.filter(({ row, mode }) => row !== null || (!lossy && mode !== "late"));
}

/** The capture in this mode; those that hold less are made from the whole. */
function captureOf(directory: string, capture: string, mode: Mode): Buffer {
  const file = join(directory, `${capture}.pcap`);
  if (mode === "all") return readFileSync(file);
  const reduced = join(directory, mode);
  mkdirSync(reduced, { recursive: true });
  const to = join(reduced, `${capture}.pcap`);
  if (mode === "flags") keepFlags(file, to);
  else writeFileSync(to, writeFrames((readFrames(readFileSync(file)) ?? []).filter((frame) => !isSyn(frame))));
  return readFileSync(to);
}

function isSyn(frame: Frame): boolean {
  const flags = flagsOf(frame);
  return flags >= 0 && (flags & SYN) !== 0;
}
