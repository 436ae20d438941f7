import { clickHouseError, queryRows, queryStream, type ClickHouseClient } from "@hangup/clickhouse";
import { COLUMNS, FACT_COLUMNS, type Teardown } from "@hangup/teardowns";

/** µs since the epoch, half-open. */
export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Rows of the range that were judged by one version of the rules. */
export interface JudgedBy {
  readonly rule_version: number;
  readonly rows: number;
  /** Without facts: from before they were stored. */
  readonly bare: number;
  readonly first_us: number;
  readonly last_us: number;
}

/** What is said of a row now: its own verdict, or the newest of `verdicts`. */
export interface StandingVerdict {
  readonly kind: string;
  readonly cause: string;
  readonly cause_parent: string;
  readonly confidence: number;
  readonly evidence: readonly string[];
  readonly benign: boolean | null;
  readonly sender: string;
}

export interface StoredRow {
  readonly collector: string;
  readonly epoch: number;
  readonly seq: number;
  readonly end_time: number;
  readonly standing: StandingVerdict;
  readonly facts: Partial<Teardown>;
}

/** A row of `verdicts`; times in µs since the epoch. */
export interface VerdictRow extends StandingVerdict {
  readonly collector: string;
  readonly epoch: number;
  readonly seq: number;
  readonly end_time: number;
  readonly rule_version: number;
  readonly judged_time: number;
}

const RANGE =
  "end_time >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND end_time < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')";
const NUMBERS = { output_format_json_quote_64bit_integers: 0 } as const;
const VERDICT = ["kind", "cause", "cause_parent", "confidence", "evidence", "benign", "sender"] as const;

const times = new Set<string>(COLUMNS.filter(({ shape }) => shape === "time").map(({ name }) => name));

function parameters({ fromUs, toUs }: TimeRange): Record<string, number> {
  return { from_us: fromUs, to_us: toUs };
}

/** What there is in the range, by the version that judged it first; the lowest first. */
export function judgedBy(client: ClickHouseClient, range: TimeRange): Promise<JudgedBy[]> {
  const sql = `SELECT rule_version, count() AS rows, countIf(ended_by = '') AS bare,
  toUnixTimestamp64Micro(min(end_time)) AS first_us, toUnixTimestamp64Micro(max(end_time)) AS last_us
FROM hangup.teardowns WHERE ${RANGE} GROUP BY rule_version ORDER BY rule_version`;
  return queryRows<JudgedBy>(client, sql, { parameters: parameters(range) });
}

/** The rows of the range that have facts, each with the verdict that stands, in no order. */
export async function* storedRows(client: ClickHouseClient, range: TimeRange): AsyncGenerator<StoredRow> {
  const facts = FACT_COLUMNS.map((name) => (times.has(name) ? `toUnixTimestamp64Micro(t.${name})` : `t.${name}`));
  const standing = VERDICT.map((name, i) => `if(v.there = 1, v.verdict.${i + 1}, t.${name})`);
  const sql = `SELECT t.collector, t.epoch, t.seq, toUnixTimestamp64Micro(t.end_time), ${[...standing, ...facts].join(", ")}
FROM (SELECT * FROM hangup.teardowns WHERE ${RANGE} AND ended_by != '') AS t
LEFT JOIN (
  SELECT collector, epoch, seq, 1 AS there, argMax((${VERDICT.join(", ")}), (judged_time, rule_version)) AS verdict
  FROM hangup.verdicts WHERE ${RANGE} GROUP BY collector, epoch, seq
) AS v ON v.collector = t.collector AND v.epoch = t.epoch AND v.seq = t.seq`;
  const stream = await queryStream(client, sql, "JSONCompactEachRow", {
    parameters: parameters(range),
    settings: NUMBERS,
  });
  stream.setEncoding("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield storedRow(line);
  }
}

function storedRow(line: string): StoredRow {
  const [collector, epoch, seq, endUs, ...rest] = JSON.parse(line) as [string, number, number, number, ...unknown[]];
  const standing = Object.fromEntries(VERDICT.map((name, i) => [name, rest[i]])) as unknown as StandingVerdict;
  const facts: Record<string, unknown> = {};
  FACT_COLUMNS.forEach((name, i) => (facts[name] = rest[VERDICT.length + i]));
  return { collector, epoch, seq, end_time: endUs, standing, facts };
}

/** The same verdicts written twice are one: the table keeps the newest of each row and version. */
export async function writeVerdicts(client: ClickHouseClient, rows: readonly VerdictRow[]): Promise<void> {
  if (rows.length === 0) return;
  try {
    await client.insert({
      table: "hangup.verdicts",
      values: rows.map((row) => ({
        ...row,
        end_time: seconds(row.end_time),
        judged_time: seconds(row.judged_time),
      })),
      format: "JSONEachRow",
      clickhouse_settings: { async_insert: 0, wait_end_of_query: 1 },
    });
  } catch (error) {
    throw clickHouseError(error, "ClickHouse");
  }
}

/** As ClickHouse reads a DateTime64(6): seconds, with six decimals; as text, since a double would round them. */
function seconds(us: number): string {
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, "0")}`;
}
