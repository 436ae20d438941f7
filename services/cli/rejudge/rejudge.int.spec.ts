import { causeDefinition, Judge, RULE_VERSION } from "@hangup/causes";
import { execute, insertNative, queryRows, type ClickHouseClient } from "@hangup/clickhouse";
import { orReason, TestEngine } from "@hangup/clickhouse/testing";
import { Conversation, interleave } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";
import { NativeBlock, Observer, TeardownColumns } from "@hangup/teardowns";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../rejudge.ts";
import { rejudge, spanOf } from "./rejudge.ts";
import { judgedBy } from "./store.ts";

const HOUR_US = 3_600e6;
const NEWER = RULE_VERSION + 1;
/** Connections lie in three hours, the last of which begins here. */
const LATEST_US = (Math.floor(Date.now() / 3_600_000) - 2) * HOUR_US;
const RANGE = { fromUs: LATEST_US - 3 * HOUR_US, toUs: LATEST_US + HOUR_US };

const COURSES = [
  { course: "cS sSA cA cD200 sA sD100 cA cF sA sF cA", rows: 6 },
  { course: "cS sSA cA cRA", rows: 9 },
  { course: "cS sSA cA cD200 sA sRA", rows: 7 },
  { course: "cS sRR", rows: 4 },
  { course: "cS ~1s =cS ~2s =cS ~4s =cS", rows: 3 },
];

/** Rows as a collector makes them of packets. */
function capture(): TeardownColumns {
  const all = COURSES.flatMap(({ course, rows }, k) =>
    Array.from({ length: rows }, (_, i) =>
      new Conversation({
        clientPort: 20_000 + 100 * k + i,
        clientHost: 1 + i,
        startUs: LATEST_US - (i % 3) * HOUR_US + 1_000_000 * i,
      }).play(course),
    ),
  );
  const columns = new TeardownColumns();
  const observer = new Observer({ collector: "edge-1", epoch: 1_790_000_000_000, live: false, all: false }, (row) => {
    expect(columns.append(row)).toBe(true);
  });
  observer.push(segmentCapture(interleave(...all)));
  observer.finish();
  return columns;
}

/** A judge with one rule more. */
class NewerJudge {
  readonly #judge: Judge;

  constructor(whole: boolean) {
    this.#judge = new Judge(whole);
  }

  judge(...[c]: Parameters<Judge["judge"]>): ReturnType<Judge["judge"]> {
    const verdict = this.#judge.judge(c);
    if (verdict.cause === "unread_data_close" && c.rst?.senderSentPayload === false) {
      verdict.definition = causeDefinition("resource_abort") ?? null;
      verdict.confidence = 71;
    }
    return verdict;
  }
}

const newer = { makeJudge: (whole: boolean) => new NewerJudge(whole), ruleVersion: NEWER };

const { got: engine, reason } = await orReason(() => TestEngine.start());

async function command(...argv: string[]): Promise<string> {
  const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await run([...argv, "--clickhouse", engine!.url])).toBe(0);
  return printed.mock.calls.map(([text]) => String(text)).join("");
}

describe.skipIf(engine === null)(`rejudge on the real engine ${reason}`, () => {
  let client: ClickHouseClient;
  let stored: TeardownColumns;

  const verdicts = () =>
    queryRows<{ id: string; cause: string; rule_version: number; confidence: number }>(
      client,
      "SELECT id, cause, rule_version, confidence FROM hangup.verdicts FINAL ORDER BY id, rule_version",
    );

  beforeAll(async () => {
    client = engine!.client;
    stored = capture();
    const block = new NativeBlock();
    block.append(stored, 0, 0);
    await insertNative(client, "hangup.teardowns", NativeBlock.columnNames, block.toBuffer());
  });

  const from = `--from=${new Date(RANGE.fromUs / 1000).toISOString()}`;

  afterEach(() => {
    vi.restoreAllMocks();
  });

  afterAll(async () => {
    await engine?.stop();
  });

  it("says the same of every row by the same rules", async () => {
    const there = await judgedBy(client, RANGE);
    expect(there).toMatchObject([{ rule_version: RULE_VERSION, rows: 29, bare: 0 }]);
    const span = spanOf(there);
    expect(span.fromUs).toBeGreaterThan(RANGE.fromUs);
    const result = await rejudge(client, span, { dryRun: false });
    expect(result).toMatchObject({ read: 29, others: 0, written: 0 });
    expect(result.causes.size).toBe(0);
    expect(await verdicts()).toEqual([]);
  });

  it("writes nothing when dry", async () => {
    const result = await rejudge(client, RANGE, { dryRun: true, ...newer });
    expect(result.written).toBe(0);
    expect(result.causes.get("reset:unread_data_close")?.get("reset:resource_abort")).toBe(7);
    expect(await verdicts()).toEqual([]);
  });

  it("writes what a newer rule says of rows, once, and leaves the rows as they are", async () => {
    const first = await rejudge(client, RANGE, { dryRun: false, ...newer });
    expect(first).toMatchObject({ read: 29, others: 0, written: 7 });
    const said = await verdicts();
    expect(said).toHaveLength(7);
    for (const one of said) expect(one).toMatchObject({ cause: "resource_abort", rule_version: NEWER, confidence: 71 });
    const unread = Array.from({ length: stored.length }, (_, i) => stored.row(i))
      .filter(({ cause }) => cause === "unread_data_close")
      .map(({ collector, epoch, seq }) => `${collector}-${epoch}-${seq}`);
    expect(said.map(({ id }) => id)).toEqual(unread.toSorted());

    const again = await rejudge(client, RANGE, { dryRun: false, ...newer });
    expect(again).toMatchObject({ read: 29, others: 0, written: 0 });
    const rows = await queryRows(client, "SELECT count() AS n FROM hangup.teardowns WHERE cause = 'unread_data_close'");
    expect(rows).toEqual([{ n: 7 }]);
  });

  it("is a command that says what has changed", async () => {
    const text = await command(from, "--dry-run");
    expect(text).toContain(`judged so far by version ${RULE_VERSION} (29 rows)`);
    expect(text).toContain("read 29 rows: 7 with another cause, 0 with another confidence or other evidence");
    expect(text).toMatch(/reset:resource_abort +reset:unread_data_close +7/);
    expect(text).toContain("nothing was written");
    expect(await command("--from=now-1m")).toContain("no rows");
  });

  it("refuses other rules than its own, with what there is", async () => {
    await expect(command(from, `--rules=${NEWER}`)).rejects.toMatchObject({
      code: "HANGUP_USAGE",
      message: expect.stringContaining(
        `version ${RULE_VERSION} of the rules, not ${NEWER}; the rows of this time were judged by version ${RULE_VERSION} (29 rows)`,
      ) as unknown,
    });
    await expect(command(from, "--to=2020-01-01")).rejects.toMatchObject({ code: "HANGUP_USAGE" });
    await expect(command()).rejects.toMatchObject({ code: "HANGUP_USAGE" });
  });

  it("takes a verdict back by the rules that said otherwise", async () => {
    const back = await rejudge(client, RANGE, { dryRun: false });
    expect(back.causes.get("reset:resource_abort")?.get("reset:unread_data_close")).toBe(7);
    const standing = await queryRows(
      client,
      "SELECT cause, count() AS n FROM (SELECT id, argMax(cause, judged_time) AS cause FROM hangup.verdicts GROUP BY id) GROUP BY cause",
    );
    expect(standing).toEqual([{ cause: "unread_data_close", n: 7 }]);
    expect(await rejudge(client, RANGE, { dryRun: false })).toMatchObject({ written: 0 });
  });

  it("counts rows from before facts were stored, and leaves them out", async () => {
    await execute(
      client,
      "INSERT INTO hangup.teardowns (collector, end_time, cause) SELECT 'old', now64() - INTERVAL 3 HOUR, 'app_abort'",
    );
    const range = { fromUs: RANGE.fromUs - HOUR_US, toUs: RANGE.toUs };
    const there = await judgedBy(client, range);
    expect(there[0]).toMatchObject({ rule_version: 0, rows: 1, bare: 1 });
    expect(await rejudge(client, range, { dryRun: true })).toMatchObject({ read: 29 });
  });
});
