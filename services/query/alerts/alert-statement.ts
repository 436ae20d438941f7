import type { Statement, StatementValue } from "@hangup/rates";

/** Alerts as they stand, firing ones first, then the newest. */
export function alertStatement(state: string | undefined, limit: number): Statement {
  const params: Record<string, StatementValue> = { row_limit: limit };
  if (state !== undefined) params["state"] = state;
  const sql = `SELECT id, fingerprint, state, port, cause, started_time, updated_time, resolved_time,
  resets, teardowns, rate, baseline_resets, baseline_teardowns, baseline_rate, top_hosts, summary, version
FROM hangup.alerts FINAL
${state === undefined ? "" : "WHERE state = {state:String}\n"}ORDER BY state = 'firing' DESC, started_time DESC, id
LIMIT {row_limit:UInt32}`;
  return { sql, params };
}
