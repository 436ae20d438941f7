import type { ClickHouseClient } from "@hangup/clickhouse";
import { RULE_VERSION } from "@hangup/causes";
import { differs, JudgeAgain, type MakeJudge } from "./judge-again.ts";
import { storedRows, writeVerdicts, type JudgedBy, type TimeRange, type VerdictRow } from "./store.ts";

/** Rows are read by the hour: as they lie in the table, and few enough to be joined with their verdicts. */
const HOUR_US = 3_600e6;
const ROWS_AN_INSERT = 50_000;

export interface RejudgeOptions {
  /** Nothing is written. */
  readonly dryRun: boolean;
  readonly onProgress?: (read: number, changed: number) => void;
  /** For tests: who judges, and by which version of the rules. */
  readonly makeJudge?: MakeJudge;
  readonly ruleVersion?: number;
}

export interface Rejudged {
  read: number;
  /** Another cause (or kind) than before: `kind:cause` before, then after, and how many. */
  readonly causes: Map<string, Map<string, number>>;
  /** The same cause, with another confidence or other evidence. */
  others: number;
  written: number;
}

/** The part of the range in which there are rows. */
export function spanOf(there: readonly JudgedBy[]): TimeRange {
  return {
    fromUs: Math.min(...there.map(({ first_us: first }) => first)),
    toUs: Math.max(...there.map(({ last_us: last }) => last)) + 1,
  };
}

/**
 * Judges the stored rows of the range by the rules of this program, and writes a verdict where it differs from the one that stands.
 * Done again it changes nothing; cut off, it is simply done again.
 */
export async function rejudge(
  client: ClickHouseClient,
  range: TimeRange,
  { dryRun, onProgress, makeJudge, ruleVersion = RULE_VERSION }: RejudgeOptions,
): Promise<Rejudged> {
  const again = new JudgeAgain(makeJudge);
  const result: Rejudged = { read: 0, causes: new Map(), others: 0, written: 0 };
  let waiting: VerdictRow[] = [];
  const write = async (): Promise<void> => {
    if (!dryRun) await writeVerdicts(client, waiting);
    if (!dryRun) result.written += waiting.length;
    waiting = [];
  };
  for (let fromUs = range.fromUs; fromUs < range.toUs;) {
    const toUs = Math.min(range.toUs, (Math.floor(fromUs / HOUR_US) + 1) * HOUR_US);
    for await (const { collector, epoch, seq, end_time, standing, facts } of storedRows(client, { fromUs, toUs })) {
      const v = again.judge(facts);
      result.read++;
      if (differs(v, standing)) {
        const { kind, cause, confidence, benign, sender } = v;
        count(result, name(standing.kind, standing.cause), name(kind, cause));
        const judged = Date.now() * 1000;
        const verdict = { kind, cause, cause_parent: v.parent, confidence, evidence: [...v.evidence], benign, sender };
        waiting.push({ collector, epoch, seq, end_time, rule_version: ruleVersion, ...verdict, judged_time: judged });
      }
      if (waiting.length >= ROWS_AN_INSERT) await write();
      if (result.read % 1000 === 0) onProgress?.(result.read, result.written + waiting.length);
    }
    fromUs = toUs;
  }
  await write();
  return result;
}

function name(kind: string, cause: string): string {
  return cause === "" ? kind : `${kind}:${cause}`;
}

function count(result: Rejudged, before: string, after: string): void {
  if (before === after) {
    result.others++;
    return;
  }
  const to = result.causes.get(before) ?? new Map<string, number>();
  result.causes.set(before, to);
  to.set(after, (to.get(after) ?? 0) + 1);
}
