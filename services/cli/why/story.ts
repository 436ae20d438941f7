import type { Teardown } from "@hangup/teardowns";
import { counted } from "../terminal.ts";
import { sameAddress, type Endpoint } from "../analyze/endpoint.ts";
import type { Run } from "./timeline.ts";

/** Lines of a long connection: its beginning, and its end, which says more. */
const FIRST = 8;
const LAST = 16;

/**
 * The packets of each connection, told in lines, in the order of `rows` (by start).
 * @param first the end that the runs call 0.
 */
export function stories(rows: readonly Teardown[], runs: readonly Run[], first: Endpoint): string[][] {
  const contexts = separateContexts(runs) ? rows.map((row) => contextOf(row, runs)) : rows.map(() => null);
  return rows.map((row, i) => {
    const next = rows.findIndex((_, j) => j > i && contexts[j] === contexts[i]);
    const until = next < 0 ? Infinity : rows[next].start_time;
    const own = runs.filter((run) => {
      const start = Math.floor(run.startUs);
      return start >= row.start_time && start < until && (contexts[i] === null || contexts[i] === run.context);
    });
    const client = row.client_port === first.port && sameAddress(row.client_ip, first.address) ? 0 : 1;
    return storyLines(own, row.start_time, client);
  });
}

/** Equal addresses and ports in several VLANs or tunnels are several connections, unless each of them carries one direction. */
function separateContexts(runs: readonly Run[]): boolean {
  const seen = new Map<number, number>();
  for (const { context, end } of runs) seen.set(context, (seen.get(context) ?? 0) | (1 << end));
  return seen.size > 1 && [...seen.values()].includes(3);
}

function contextOf(row: Teardown, runs: readonly Run[]): number | null {
  return runs.find((run) => Math.floor(run.startUs) === row.start_time)?.context ?? null;
}

function storyLines(runs: readonly Run[], startUs: number, client: number): string[] {
  const lines = runs.map((run) => runLine(run, startUs, run.end === client ? "client" : "server"));
  if (lines.length <= FIRST + LAST + 1) return lines;
  const between = runs.slice(FIRST, -LAST);
  const packets = between.reduce((sum, run) => sum + run.packets, 0);
  return [...lines.slice(0, FIRST), `… ${counted(packets, "packet")} more`, ...lines.slice(-LAST)];
}

function runLine(run: Run, startUs: number, who: string): string {
  const until = run.packets > 1 ? `, until ${seconds(run.lastUs - startUs)}` : "";
  return `${seconds(run.startUs - startUs).padStart(13)}  ${who}  ${runText(run)}${until}`;
}

/** Of packets with payload their bytes stand in front. */
function runText({ what, packets, bytes }: Run): string {
  const isData = what.startsWith("data");
  const sent = isData ? `${counted(bytes, "byte")}${what.slice("data".length)}` : what;
  const carried = !isData && bytes > 0 && what !== "keepalive probe" ? ` with ${counted(bytes, "byte")}` : "";
  return `${sent}${carried}${packets > 1 ? `, ${counted(packets, "packet")}` : ""}`;
}

function seconds(us: number): string {
  return `+${(us / 1e6).toFixed(6)} s`;
}
