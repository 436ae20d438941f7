import {
  addressSql,
  allOf,
  filterCondition,
  rangeCondition,
  type Filters,
  type Statement,
  type StatementValue,
  type TimeRange,
} from "@hangup/rates";
import { COLUMNS, STORAGE_COLUMNS, type Column } from "@hangup/teardowns";
import type { Cursor } from "./cursor.ts";

export interface TeardownQuery {
  readonly range: TimeRange;
  readonly filters: Filters;
  readonly limit: number;
  readonly after: Cursor | null;
}

const stored: readonly Column[] = [...COLUMNS, ...STORAGE_COLUMNS];

/** A column as people read it; `lists` says how arrays are written. */
function readable({ name, shape }: Column, lists: "array" | "text"): string {
  if (shape === "address") return `${addressSql(`t.${name}`)} AS ${name}`;
  if (shape === "optional_name") return `nullIf(toString(t.${name}), '') AS ${name}`;
  if (shape === "rsts" && lists === "text") return `if(empty(t.${name}), '', toJSONString(t.${name})) AS ${name}`;
  if (shape === "names" && lists === "text") return `arrayStringConcat(t.${name}, ';') AS ${name}`;
  return `t.${name} AS ${name}`;
}

/** A page of teardowns, newest first; with one row more than asked for when there is a next page. */
export function teardownStatement(query: TeardownQuery, lists: "array" | "text", more: 0 | 1): Statement {
  const params: Record<string, StatementValue> = { row_limit: query.limit + more };
  const within = rangeCondition("end_time", query.range, params);
  const where = allOf(
    within,
    filterCondition(query.filters, ["place", "end"], params),
    afterCondition(query.after, params),
  );
  return { sql: select(where, within, lists, `${NEWEST_FIRST} LIMIT {row_limit:UInt32}`), params };
}

/**
 * The teardown with id collector-epoch-seq, looked for in two steps; the first that finds it will do. What was captured live
 * ended after its collector's run began, and only those days are read. Only what was read from a file is older than that.
 */
export function oneTeardown(collector: string, epoch: number, seq: number): Statement[] {
  const began = Math.min(epoch * 1000 - CLOCK_ERROR_US, END_OF_TIME_US);
  const split = Math.max(0, began);
  const steps = [
    { fromUs: split, toUs: END_OF_TIME_US },
    { fromUs: 0, toUs: split },
  ];
  return steps.map((range) => {
    const params: Record<string, StatementValue> = { collector, epoch, seq };
    const within = rangeCondition("end_time", range, params);
    const where = allOf(within, "collector = {collector:String} AND epoch = {epoch:UInt64} AND seq = {seq:UInt64}");
    return { sql: select(where, within, "array", "LIMIT 1"), params };
  });
}

/** How far packet times and the collector's clock may be apart. */
const CLOCK_ERROR_US = 60e6;
/** Within what DateTime64(6) can hold: the year 2255. */
const END_OF_TIME_US = 9e15;

/** What other collectors saw of the connection with these ISNs, within a day of `endUs`. */
export function otherVantages(id: string, clientIsn: number, serverIsn: number, endUs: number): Statement {
  const params: Record<string, StatementValue> = { id, client_isn: clientIsn, server_isn: serverIsn };
  const range = { fromUs: Math.max(0, endUs - DAY_US), toUs: endUs + DAY_US };
  const within = rangeCondition("end_time", range, params);
  const where = allOf(
    within,
    "client_isn = {client_isn:UInt32} AND server_isn = {server_isn:UInt32} AND id != {id:String}",
  );
  return { sql: select(where, within, "array", `${NEWEST_FIRST} LIMIT 20`), params };
}

const DAY_US = 86_400e6;

const NEWEST_FIRST = "ORDER BY end_time DESC, collector DESC, epoch DESC, seq DESC";

/** The newest verdict on the row, where newer rules said something else of it than the row does. */
const REFINED = [
  "if(v.there = 1, toString(v.verdict.1), NULL) AS cause_refined",
  "if(v.there = 1, v.verdict.2, NULL) AS confidence_refined",
  "if(v.there = 1, v.verdict.3, NULL) AS rule_version_refined",
];

/**
 * Inside, columns keep their stored types, so that filters and order use them; outside they are made readable. `within`: the
 * condition on end_time, which verdicts repeat.
 */
function select(where: string, within: string, lists: "array" | "text", limit: string): string {
  return `SELECT ${[...stored.map((column) => readable(column, lists)), ...REFINED].join(",\n  ")}
FROM (
  SELECT ${stored.map(({ name }) => name).join(", ")}
  FROM hangup.teardowns
  WHERE ${where}
  ${limit}
) AS t
LEFT JOIN (
  SELECT collector, epoch, seq, 1 AS there, argMax((cause, confidence, rule_version), (judged_time, rule_version)) AS verdict
  FROM hangup.verdicts
  WHERE ${within}
  GROUP BY collector, epoch, seq
) AS v ON v.collector = t.collector AND v.epoch = t.epoch AND v.seq = t.seq
ORDER BY t.end_time DESC, t.collector DESC, t.epoch DESC, t.seq DESC`;
}

function afterCondition(after: Cursor | null, params: Record<string, StatementValue>): string {
  if (after === null) return "";
  params["after_us"] = after.endUs;
  params["after_collector"] = after.collector;
  params["after_epoch"] = after.epoch;
  params["after_seq"] = after.seq;
  const time = "fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')";
  // The plain bound lets the primary key skip what is newer; the tuple settles rows of the same microsecond.
  return `end_time <= ${time} AND (end_time, collector, epoch, seq) < (${time}, {after_collector:String}, {after_epoch:UInt64}, {after_seq:UInt64})`;
}
