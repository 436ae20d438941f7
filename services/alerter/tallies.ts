import { queryRows, type ClickHouseClient } from "@hangup/clickhouse";
import { addressSql, countSql } from "@hangup/rates";
import type { HostResets } from "./alert.ts";
import type { IntervalTally, Series } from "./detect.ts";
import { BASELINE_INTERVALS, MIN_RESETS, RECENT_INTERVALS } from "./rule.ts";

const TOP_HOSTS = 5;

/** A row's age in intervals: 0 in the interval that ended at `to`, 1 in the one before it, and so on. */
const AGE = "intDiv({to:Int64} - 1 - toUnixTimestamp64Milli(end_time), {interval:Int64})";

/** The spans of ages that are counted: each recent interval by itself, and the 60 before each. */
const recent = Array.from({ length: RECENT_INTERVALS }, (_, age) => age);
const spans = [
  ...recent.map((age) => ({ name: `${age}`, condition: `age = ${age}` })),
  ...recent.map((age) => ({
    name: `before${age}`,
    condition: `age BETWEEN ${age + 1} AND ${age + BASELINE_INTERVALS}`,
  })),
];
const columns = (text: (name: string, condition: string) => string): string =>
  spans.map(({ name, condition }) => text(name, condition)).join(",\n        ");

/**
 * One statement for all series: resets by port and cause, teardowns by port whatever their cause, for the last three
 * intervals and the 60 before each, with the servers that most resets are from. Innermost by server, as far as the top hosts
 * need it; a window over the port then gives every cause the port's whole denominator.
 */
const SQL = `
SELECT
  port,
  cause,
  [${recent.map((age) => `resets_${age}`).join(", ")}] AS resets,
  [${recent.map((age) => `port_${age}`).join(", ")}] AS teardowns,
  [${recent.map((age) => `resets_before${age}`).join(", ")}] AS baseline_resets,
  [${recent.map((age) => `port_before${age}`).join(", ")}] AS baseline_teardowns,
  [${recent.map((age) => `arrayMap(x -> x.1, top_${age})`).join(", ")}] AS hosts,
  [${recent.map((age) => `arrayMap(x -> x.2, top_${age})`).join(", ")}] AS host_resets
FROM (
  SELECT
    *,
        ${columns((name) => `sum(teardowns_${name}) OVER (PARTITION BY port) AS port_${name}`)}
  FROM (
    SELECT
      port,
      cause,
        ${columns((name) => `sum(host_resets_${name}) AS resets_${name}`)},
        ${columns((name) => `sum(host_teardowns_${name}) AS teardowns_${name}`)},
        ${recent.map((age) => `arraySlice(arraySort(x -> (-x.2, x.1), groupArrayIf((${addressSql("address")}, host_resets_${age}), host_resets_${age} > 0)), 1, ${TOP_HOSTS}) AS top_${age}`).join(",\n        ")}
    FROM (
      SELECT
        server_port AS port,
        cause,
        if(age < ${RECENT_INTERVALS}, server_ip, toIPv6('::')) AS address,
        ${columns((name, condition) => `${countSql("resets", condition)} AS host_resets_${name}`)},
        ${columns((name, condition) => `${countSql("teardowns", condition)} AS host_teardowns_${name}`)}
      FROM (SELECT *, ${AGE} AS age FROM hangup.teardowns)
      WHERE end_time >= fromUnixTimestamp64Milli({from:Int64}) AND end_time < fromUnixTimestamp64Milli({to:Int64})
      GROUP BY port, cause, address
    )
    GROUP BY port, cause
  )
)
WHERE greatest(${recent.map((age) => `resets_${age}`).join(", ")}) >= ${MIN_RESETS}
ORDER BY port, cause`;

interface TallyRow {
  readonly port: number;
  readonly cause: string;
  readonly resets: readonly number[];
  readonly teardowns: readonly number[];
  readonly baseline_resets: readonly number[];
  readonly baseline_teardowns: readonly number[];
  readonly hosts: readonly (readonly string[])[];
  readonly host_resets: readonly (readonly number[])[];
}

/**
 * The figures of every series that may matter at `to`: those with enough resets in one of the last three intervals.
 *
 * @param to end of the interval just ended, milliseconds since the Unix epoch.
 * @throws HangupError HANGUP_CLICKHOUSE_UNREACHABLE, HANGUP_CLICKHOUSE.
 */
export async function readSeries(
  client: ClickHouseClient,
  to: number,
  intervalMs: number,
  signal?: AbortSignal,
): Promise<Series[]> {
  const from = to - (BASELINE_INTERVALS + RECENT_INTERVALS) * intervalMs;
  const parameters = { to, from, interval: intervalMs };
  const rows = await queryRows<TallyRow>(client, SQL, { parameters, ...(signal ? { signal } : {}) });
  return rows.map((row) => ({
    port: row.port,
    cause: row.cause,
    intervals: recent.map((age) => intervalOf(row, age)),
  }));
}

function intervalOf(row: TallyRow, age: number): IntervalTally {
  return {
    current: { resets: row.resets[age], teardowns: row.teardowns[age] },
    baseline: { resets: row.baseline_resets[age], teardowns: row.baseline_teardowns[age] },
    topHosts: row.hosts[age].map((host, i): HostResets => ({ host, resets: row.host_resets[age][i] })),
  };
}
