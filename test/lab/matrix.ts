import type { Case } from "./compare.ts";
import { VANTAGES, type Mode, type Vantage } from "./deed.ts";

/** What cases come to, over all takes. */
export interface Figures {
  readonly cases: number;
  /** What was done was said, or a parent of it. */
  readonly right: number;
  /** Or something else that the same packets allow. */
  readonly honest: number;
  /** The share that is right, every cause weighing alike: 0 to 1. */
  readonly rightByCause: number;
  /** Ended once, told twice. */
  readonly doubled: number;
  readonly resets: number;
  readonly unknownResets: number;
  /** Innocent connections of which it was said that somebody forged, filtered, rebooted or turned away. */
  readonly falseAccusations: readonly Case[];
  readonly calibration: readonly Bucket[];
}

/** Rows whose confidence lies in [from, to). */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** What they claim, on average, in percent. */
  readonly confidence: number;
  /** How many of them say what was done, in percent. */
  readonly right: number;
}

const BUCKETS = [
  [1, 60],
  [60, 80],
  [80, 95],
  [95, 101],
] as const;

/** Words that accuse somebody: false ones cost most. */
const ACCUSATIONS: readonly string[] = [
  "injected",
  "filter_block",
  "middlebox_idle_reset",
  "firewall_reset",
  "firewall_reject",
  "host_reboot",
  "access_denied",
];

export function figuresOf(cases: readonly Case[]): Figures {
  const resets = cases.filter(({ kind }) => kind === "reset");
  return {
    cases: cases.length,
    right: count(cases, ({ right }) => right),
    honest: count(cases, ({ honest }) => honest),
    rightByCause: mean(shares(cases)),
    doubled: count(cases, ({ doubled }) => doubled > 0),
    resets: resets.length,
    unknownResets: count(resets, ({ said }) => said === "unknown_reset"),
    falseAccusations: cases.filter(({ said, honest }) => !honest && ACCUSATIONS.includes(said)),
    calibration: BUCKETS.map(([from, to]) => bucket(cases, from, to)),
  };
}

function shares(cases: readonly Case[]): number[] {
  const deeds = Map.groupBy(cases, deedName);
  return [...deeds.values()].map((ours) => count(ours, ({ right }) => right) / ours.length);
}

function bucket(cases: readonly Case[], from: number, to: number): Bucket {
  const rows = cases.filter(
    ({ row, said }) => row !== null && said !== "" && row.confidence >= from && row.confidence < to,
  );
  return {
    from,
    to,
    rows: rows.length,
    confidence: mean(rows.map(({ row }) => row?.confidence ?? 0)),
    right: mean(rows.map(({ right }) => (right ? 100 : 0))),
  };
}

/** Deed → vantage → what was said, with how often; the most frequent first. */
export type Matrix = ReadonlyMap<
  string,
  Readonly<Record<Vantage, readonly (readonly [said: string, times: number])[]>>
>;

export function matrixOf(cases: readonly Case[], mode: Mode): Matrix {
  const ours = cases.filter((c) => c.mode === mode);
  const deeds = [...new Set(ours.map(deedName))].toSorted();
  return new Map(
    deeds.map((deed) => [
      deed,
      Object.fromEntries(
        VANTAGES.map((vantage) => {
          const said = new Map<string, number>();
          for (const c of ours) {
            if (c.vantage !== vantage || deedName(c) !== deed) continue;
            const words = c.said === "" ? c.kind : c.said;
            said.set(words, (said.get(words) ?? 0) + 1);
          }
          return [vantage, [...said].toSorted((a, b) => b[1] - a[1])];
        }),
      ) as Record<Vantage, [string, number][]>,
    ]),
  );
}

function deedName({ deed }: Case): string {
  return deed.cause === "" ? deed.kinds[0] : deed.cause;
}

function count<T>(list: readonly T[], holds: (item: T) => boolean): number {
  return list.filter(holds).length;
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}
