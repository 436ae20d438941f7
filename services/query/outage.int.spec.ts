import { credentials, status, type Client } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestEngine } from "@hangup/clickhouse/testing";
import { freePort } from "@hangup/service/testing";
import { startApi, type TestApi } from "./fixture/api.ts";
import { connectionsTo, engineOrReason } from "./fixture/engine.ts";
import { call, serviceOf } from "./fixture/grpc-client.ts";
import { NOW } from "./fixture/rows.ts";

// Only to know whether there can be an engine here.
const { engine: probe, reason } = await engineOrReason();
await probe?.stop();

/** In this order: each test goes on from where the one before it left the engine. */
describe.skipIf(probe === null)(`without ClickHouse${reason === "" ? "" : ` (skipped: ${reason})`}`, () => {
  let port: number;
  let api: TestApi;
  let client: Client;
  let engine: TestEngine | undefined;

  beforeAll(async () => {
    port = await freePort();
    api = await startApi(connectionsTo(port), NOW);
    const QueryService = serviceOf("hangup/v1/query.proto", "hangup.v1.QueryService");
    client = new QueryService(`127.0.0.1:${api.grpcPort}`, credentials.createInsecure());
  });

  afterAll(async () => {
    client?.close();
    await api?.stop();
    await engine?.stop();
  });

  async function answers(): Promise<{ ready: number; why: string; rates: number; problem: Record<string, unknown> }> {
    const ready = await fetch(`${api.url}/readyz`);
    const rates = await fetch(`${api.url}/api/v1/rst-rate`);
    return {
      ready: ready.status,
      why: await ready.text(),
      rates: rates.status,
      problem: (await rates.json()) as Record<string, unknown>,
    };
  }

  it("says where nothing answers, over HTTP and gRPC alike", async () => {
    const { ready, why, rates, problem } = await answers();
    expect({ ready, rates }).toEqual({ ready: 503, rates: 503 });
    expect(why).toContain(`127.0.0.1:${port}`);
    expect(problem).toMatchObject({ code: "HANGUP_CLICKHOUSE_UNREACHABLE", status: 503 });
    await expect(call(client, "GetRstRate", {})).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: problem["detail"],
    });
  });

  it("still answers what needs no ClickHouse, and judges parameters first", async () => {
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
    expect((await fetch(`${api.url}/api/v1/causes`)).status).toBe(200);
    expect((await fetch(`${api.url}/api/v1/rst-rate?limit=0`)).status).toBe(400);
    const sql = await fetch(`${api.url}/api/v1/sql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "SELECT 1" }),
    });
    expect(sql.status).toBe(503);
  });

  it("says that the tables are missing", async () => {
    engine = await TestEngine.start({ port, tables: false });
    expect(await answers()).toMatchObject({
      ready: 503,
      rates: 503,
      why: expect.stringContaining("hangup migrate up") as unknown,
    });
  });

  it("answers as soon as it can", async () => {
    await engine?.makeTables();
    expect(await answers()).toMatchObject({ ready: 200, rates: 200 });
  });

  it("recovers by itself when ClickHouse comes back", async () => {
    await engine?.pause();
    expect(await answers()).toMatchObject({ ready: 503, rates: 503 });
    await engine?.restart();
    expect(await answers()).toMatchObject({ ready: 200, rates: 200 });
  });
});
