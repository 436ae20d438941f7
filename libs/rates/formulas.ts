import type { Teardown } from "@hangup/teardowns";

/** What a formula reads of a teardown. */
export type EndedRow = Pick<Teardown, "kind" | "stage" | "midstream" | "benign">;

interface Formula {
  readonly name: string;
  /** One sentence for a person. */
  readonly meaning: string;
  /** Which rows count, as a condition over the columns of hangup.teardowns. */
  readonly condition: string;
  /** The same in plain TypeScript. */
  readonly holds: (row: EndedRow) => boolean;
}

function formula<N extends string>(
  name: N,
  meaning: string,
  condition: string,
  holds: (row: EndedRow) => boolean,
): Formula & { readonly name: N } {
  return { name, meaning, condition, holds };
}

/** Stages of a connection whose handshake was complete: only its end is a teardown. */
const LATE_STAGES: readonly string[] = ["established", "request", "data", "closing", "closed"];
const EARLY_STAGES: readonly string[] = ["syn", "handshake"];
const ENDED_KINDS: readonly string[] = ["fin", "reset", "refused", "timeout"];

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");
const late = `stage IN (${quoted(LATE_STAGES)})`;
const early = `stage IN (${quoted(EARLY_STAGES)})`;

const lateOf = (row: EndedRow, kind: string): boolean => row.kind === kind && LATE_STAGES.includes(row.stage);

/**
 * The counts that rates are made of, each defined once: as SQL over the raw table and as a predicate over a row.
 * `teardowns` = `fins` + `resets` + `timeouts`.
 *
 * They count observations: a connection that two collectors saw counts twice. Finding the twins (equal ISNs) would take five
 * times as long, 0.6 s against 0.13 s for 5 million rows, with memory for every connection of the range, and rows without both
 * ISNs have none to be found by. One collector, or one vantage where no two stand at the same side, counts each once.
 */
export const FORMULAS = [
  formula(
    "teardowns",
    "Ends of established connections, whether their start was seen or not: fins + resets + timeouts",
    `kind IN ('fin', 'reset', 'timeout') AND ${late}`,
    (row) => lateOf(row, "fin") || lateOf(row, "reset") || lateOf(row, "timeout"),
  ),
  formula("resets", "Teardowns that a RST ended", `kind = 'reset' AND ${late}`, (row) => lateOf(row, "reset")),
  formula(
    "abnormal_resets",
    "Resets that are known not to be benign",
    `kind = 'reset' AND ${late} AND benign = false`,
    (row) => lateOf(row, "reset") && row.benign === false,
  ),
  formula(
    "undecided_resets",
    "Resets of which the capture mode cannot say whether they are benign",
    `kind = 'reset' AND ${late} AND benign IS NULL`,
    (row) => lateOf(row, "reset") && row.benign === null,
  ),
  formula("timeouts", "Teardowns by silence", `kind = 'timeout' AND ${late}`, (row) => lateOf(row, "timeout")),
  formula("fins", "Teardowns by FIN from both sides", `kind = 'fin' AND ${late}`, (row) => lateOf(row, "fin")),
  formula(
    "attempts",
    "Ended connections whose SYN was seen",
    `kind IN (${quoted(ENDED_KINDS)}) AND NOT midstream AND stage != 'orphan'`,
    (row) => ENDED_KINDS.includes(row.kind) && !row.midstream && row.stage !== "orphan",
  ),
  formula(
    "refused",
    "Connections whose SYN a RST or ICMP error answered",
    "kind = 'refused'",
    (row) => row.kind === "refused",
  ),
  formula(
    "failed_attempts",
    "Refused connections, and resets and timeouts before the handshake was complete",
    `kind = 'refused' OR (kind IN ('reset', 'timeout') AND ${early})`,
    (row) =>
      row.kind === "refused" || ((row.kind === "reset" || row.kind === "timeout") && EARLY_STAGES.includes(row.stage)),
  ),
  formula(
    "orphan_resets",
    "RSTs of connections of which nothing else was seen; in no rate",
    "kind = 'reset' AND stage = 'orphan'",
    (row) => row.kind === "reset" && row.stage === "orphan",
  ),
] as const satisfies readonly Formula[];

export type CountName = (typeof FORMULAS)[number]["name"];
export const COUNT_NAMES: readonly CountName[] = FORMULAS.map((entry) => entry.name);

/** Denominators: what a share is taken of. They count a place as a whole, whatever ends the query asks for. */
export const DENOMINATORS: readonly CountName[] = ["teardowns", "attempts"];

const conditions = new Map<CountName, string>(FORMULAS.map((entry) => [entry.name, entry.condition]));

/**
 * `countIf(…)` over hangup.teardowns for one count.
 * @param also a further condition that rows must meet, e.g. a filter; trusted SQL text, never a user's value.
 */
export function countSql(name: CountName, also = ""): string {
  const condition = conditions.get(name) as string;
  return also === "" ? `countIf(${condition})` : `countIf((${condition}) AND (${also}))`;
}

interface RateFormula {
  readonly name: string;
  readonly meaning: string;
  readonly numerator: readonly CountName[];
  readonly denominator: CountName;
}

/** The rates of these counts; null where the denominator is 0. */
export const RATES = [
  { name: "rst_rate", meaning: "resets / teardowns", numerator: ["resets"], denominator: "teardowns" },
  {
    name: "abnormal_rst_rate",
    meaning: "abnormal_resets / teardowns: the least that it can be while resets are undecided",
    numerator: ["abnormal_resets"],
    denominator: "teardowns",
  },
  {
    name: "abnormal_rst_rate_max",
    meaning: "(abnormal_resets + undecided_resets) / teardowns: the most that it can be",
    numerator: ["abnormal_resets", "undecided_resets"],
    denominator: "teardowns",
  },
  { name: "refused_rate", meaning: "refused / attempts", numerator: ["refused"], denominator: "attempts" },
] as const satisfies readonly RateFormula[];

export type RateName = (typeof RATES)[number]["name"];
export const RATE_NAMES: readonly RateName[] = RATES.map((entry) => entry.name);

/** A rate as SQL over columns that hold its counts under their own names; NULL where the denominator is 0. */
export function rateSql(name: RateName): string {
  const rate = RATES.find((entry) => entry.name === name) as RateFormula;
  return `(${rate.numerator.join(" + ")}) / nullIf(${rate.denominator}, 0)`;
}
