import { connect, credentials, insertNative, queryRows } from "@hangup/clickhouse";
import { createLogger, createRegistry, systemClock } from "@hangup/service";
import { NativeBlock } from "@hangup/teardowns";
import { afterAll, describe, expect, test } from "vitest";
import { orReason, TestEngine } from "@hangup/clickhouse/testing";
import { BlockFormer, type Block } from "./block.ts";
import { createMetrics } from "./metrics.ts";
import { insertInto } from "./table.ts";
import { CuttingProxy } from "./testing/cutting-proxy.ts";
import { encoded, knownRow, message } from "./testing/rows.ts";
import { BlockWriter } from "./writer.ts";

const { got: engine, reason } = await orReason(() => TestEngine.start());
afterAll(() => engine?.stop());

const ROWS = 1_000;
const log = createLogger("ingest-test");
log.level = "silent";
const nowMs = Date.now();
const range = { oldestUs: 0, newestUs: (nowMs + 3_600_000) * 1_000 };

function blockOf(collector: string): Block {
  const rows = Array.from({ length: ROWS }, (_, seq) => knownRow(seq, { collector }, nowMs));
  return new BlockFormer({ maxRows: 1e6, maxBytes: 1e9 }).form(2, [message(7, encoded(rows))], 0, range);
}

/** Writes the block over a network that loses the answer to the first insert; gives what the table then holds. */
async function storedAfterCut(
  { url, client }: TestEngine,
  collector: string,
  insertOver: (lossy: typeof client) => (block: Block) => Promise<void>,
): Promise<{ inserts: number; rows: number }> {
  const proxy = await CuttingProxy.start(Number(new URL(url).port));
  const place = new URL(url);
  place.port = String(proxy.port);
  const lossy = connect(credentials(place.href, "services", {}));
  const metrics = createMetrics(createRegistry());
  const writer = new BlockWriter({ insert: insertOver(lossy), clock: systemClock, metrics, log });
  const tenure = { heartbeat: () => Promise.resolve(), stale: () => false };
  expect(await writer.write(blockOf(collector), tenure, new AbortController().signal)).toBe(true);
  await lossy.close();
  await proxy.stop();
  expect(proxy.cuts).toBe(1);
  const [{ rows }] = await queryRows<{ rows: number }>(
    client,
    "SELECT count() AS rows FROM hangup.teardowns WHERE collector = {collector:String}",
    { parameters: { collector } },
  );
  return { inserts: proxy.inserts, rows };
}

describe.skipIf(engine === null)(`an insert whose answer is lost, on a real engine ${reason}`, () => {
  test("is sent again, and its rows are there once", async () => {
    const outcome = await storedAfterCut(engine as TestEngine, "with-token", (lossy) => insertInto(lossy, "a.topic"));
    expect(outcome).toEqual({ inserts: 2, rows: ROWS });
  });

  test("would be there twice without its token: the cut does come after the server has stored it", async () => {
    const outcome = await storedAfterCut(
      engine as TestEngine,
      "without-token",
      (lossy) =>
        ({ body }) =>
          insertNative(lossy, "teardowns", NativeBlock.columnNames, body),
    );
    expect(outcome).toEqual({ inserts: 2, rows: 2 * ROWS });
  });
});
