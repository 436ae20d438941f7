import { RULE_VERSION } from "@hangup/causes";
import { clickHouseOption, connect, credentials, pingClickHouse, type ClickHouseClient } from "@hangup/clickhouse";
import { flag, HangupError, option, parseCommand, time, type CommandSpec } from "@hangup/service/command";
import { formatTime } from "@hangup/teardowns";
import { z } from "zod";
import { textTable } from "./api/text-table.ts";
import { rejudge, spanOf, type Rejudged } from "./rejudge/rejudge.ts";
import { judgedBy, type JudgedBy, type TimeRange } from "./rejudge/store.ts";
import { bold, counted, whole } from "./terminal.ts";

const THIS_CALL = { environment: false } as const;

const options = {
  from: option(
    "--from <time>",
    "rows that ended from this time on: RFC 3339, unix seconds, or now-6h",
    time,
    THIS_CALL,
  ),
  to: option("--to <time>", "rows that ended before this time", time.prefault("now"), THIS_CALL),
  rules: option(
    "--rules <version>",
    "stop unless this program's rules are of this version",
    z.coerce.number().int("expected a whole number").default(RULE_VERSION),
    THIS_CALL,
  ),
  dryRun: option("--dry-run", "say what would change, and write nothing", flag, THIS_CALL),
  clickhouse: clickHouseOption,
};

const spec: CommandSpec<typeof options> = {
  name: "hangup rejudge",
  summary:
    "Judges stored teardowns again by the rules of this program, from the facts that are stored with them, and writes what " +
    "differs to the table verdicts. The rows themselves stay as they are; done again it changes nothing.",
  examples: [
    "hangup rejudge --from now-7d --dry-run",
    "hangup rejudge --from 2026-11-01 --to 2026-11-08 --clickhouse http://clickhouse:8123",
  ],
  options,
};

export async function run(argv: string[]): Promise<number> {
  const { config } = parseCommand(spec, argv);
  const range: TimeRange = { fromUs: config.from, toUs: config.to };
  if (range.toUs <= range.fromUs)
    throw new HangupError(
      "HANGUP_USAGE",
      `--to ${formatTime(range.toUs)} is not after --from ${formatTime(range.fromUs)}`,
    );
  const client = connect(credentials(config.clickhouse, "services"));
  try {
    await pingClickHouse(client);
    await checkTable(client);
    const there = await judgedBy(client, range);
    if (config.rules !== RULE_VERSION) throw otherRules(config.rules, there);
    process.stdout.write(`${opening(there, range)}\n`);
    if (there.length === 0) return 0;
    const total = sum(there, ({ rows, bare }) => rows - bare);
    const result = await rejudge(client, spanOf(there), {
      dryRun: config.dryRun,
      onProgress: (read, changed) => progress(`${whole(read)} of ${whole(total)} rows, ${whole(changed)} differ`),
    });
    progress("");
    process.stdout.write(`${report(result, config.dryRun)}\n`);
    return 0;
  } finally {
    await client.close();
  }
}

/** @throws HangupError HANGUP_CLICKHOUSE when the tables are older than this program. */
async function checkTable(client: ClickHouseClient): Promise<void> {
  const answer = await client.query({ query: "EXISTS TABLE hangup.verdicts", format: "JSONEachRow" });
  const [{ result }] = await answer.json<{ result: number }>();
  if (result === 1) return;
  throw new HangupError("HANGUP_CLICKHOUSE", "ClickHouse has no table hangup.verdicts", {
    remedy: "Create it with 'hangup migrate up'",
  });
}

function otherRules(asked: number, there: readonly JudgedBy[]): HangupError {
  const message = `this program has version ${RULE_VERSION} of the rules, not ${asked}; the rows of this time were judged by ${versions(there)}`;
  const remedy = `Leave out --rules, or run the release of Hangup that has version ${asked}`;
  return new HangupError("HANGUP_USAGE", message, { remedy });
}

function versions(there: readonly JudgedBy[]): string {
  if (there.length === 0) return "none: there are none";
  return there.map(({ rule_version: version, rows }) => `version ${version} (${counted(rows, "row")})`).join(", ");
}

function opening(there: readonly JudgedBy[], { fromUs, toUs }: TimeRange): string {
  const lines = [`from ${formatTime(fromUs)} to ${formatTime(toUs)}, by version ${RULE_VERSION} of the rules`];
  lines.push(there.length === 0 ? "no rows" : `judged so far by ${versions(there)}`);
  const bare = sum(there, (one) => one.bare);
  if (bare > 0) lines.push(`${counted(bare, "row")} from before facts were stored: left as they are`);
  return lines.join("\n");
}

function report({ read, causes, others, written }: Rejudged, dryRun: boolean): string {
  const changes = [...causes].flatMap(([before, to]) => [...to].map(([after, rows]) => ({ before, after, rows })));
  const changed = changes.reduce((total, { rows }) => total + rows, 0);
  const lines = [
    `read ${counted(read, "row")}: ${whole(changed)} with another cause, ${whole(others)} with another confidence or other evidence`,
  ];
  if (changes.length > 0) {
    const columns = [
      { title: "from", align: "left" },
      { title: "to", align: "left" },
      { title: "rows", align: "right" },
    ] as const;
    const cells = changes
      .toSorted((a, b) => b.rows - a.rows)
      .map(({ before, after, rows }) => ({ cells: [before, after, whole(rows)] }));
    lines.push("", ...textTable(columns, cells, bold), "");
  }
  lines.push(dryRun ? "nothing was written: --dry-run" : `wrote ${counted(written, "verdict")}`);
  return lines.join("\n");
}

/** One line on a terminal's stderr, overwritten; '' removes it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function sum(there: readonly JudgedBy[], of: (one: JudgedBy) => number): number {
  return there.reduce((total, one) => total + of(one), 0);
}
