import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queryRows } from "@hangup/clickhouse";
import { engineOrReason } from "../fixture/engine.ts";
import { Store } from "./store.ts";

const { engine, reason } = await engineOrReason();

describe.skipIf(engine === null)(`the store on the real engine${reason === "" ? "" : ` (skipped: ${reason})`}`, () => {
  let store: Store;

  beforeAll(() => {
    if (engine !== null) store = new Store(engine.connect());
  });

  afterAll(async () => {
    await store?.close();
    await engine?.stop();
  });

  it("ends a query that nobody waits for any more", async () => {
    if (engine === null) return;
    const running = async (): Promise<number> =>
      (await queryRows(engine.client, "SELECT 1 FROM system.processes WHERE query LIKE 'SELECT sum(sleepEachRow%'"))
        .length;
    // Without an answer before its end, twenty seconds later.
    const sql = "SELECT sum(sleepEachRow(0.2)) FROM numbers(100) SETTINGS max_block_size = 1";
    const gone = new AbortController();
    const answer = store.stream({ sql, params: {} }, "CSV", gone.signal);
    const outcome = answer.then(
      () => "answered",
      () => "ended",
    );
    while ((await running()) === 0) await sleep(20);
    gone.abort();
    expect(await outcome).toBe("ended");
    while ((await running()) > 0) await sleep(20);
  }, 15_000);
});
