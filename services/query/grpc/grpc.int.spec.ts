import { credentials, status, type Client } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COUNT_NAMES } from "@hangup/rates";
import { checkoutFile } from "@hangup/service";
import { startApi, type TestApi } from "../fixture/api.ts";
import { engineOrReason } from "../fixture/engine.ts";
import { call, serviceOf } from "../fixture/grpc-client.ts";
import { NOW, randomRows } from "../fixture/rows.ts";

const { engine, reason } = await engineOrReason();

type Body = Record<string, unknown>;

describe.skipIf(engine === null)(`gRPC on the real engine${reason === "" ? "" : ` (skipped: ${reason})`}`, () => {
  let api: TestApi;
  let client: Client;

  beforeAll(async () => {
    if (engine === null) return;
    await engine.insert(randomRows(600, 11, NOW - 3_600e6, NOW));
    api = await startApi(engine, NOW);
    client = new (serviceOf("hangup/v1/query.proto", "hangup.v1.QueryService"))(
      `127.0.0.1:${api.grpcPort}`,
      credentials.createInsecure(),
    );
  });

  afterAll(async () => {
    client?.close();
    await api?.stop();
    await engine?.stop();
  });

  it("answers what REST answers", async () => {
    const request = {
      group_by: ["host", "port", "cause"],
      port: ["443,80"],
      kind: ["reset", "fin"],
      limit: 7,
      from: "now-30m",
      step: "10m",
    };
    const search = "group_by=host,port,cause&port=443,80&kind=reset&kind=fin&limit=7&from=now-30m&step=10m";
    const rest = (await (await fetch(`${api.url}/api/v1/rst-rate?${search}`)).json()) as Body & {
      rows: Body[];
      other: Body;
      totals: Body;
    };
    const reply = (await call(client, "GetRstRate", request)) as { rows: Body[] } & Body;
    expect(reply["range"]).toEqual(rest["range"]);
    expect(reply["group_by"]).toEqual(rest["group_by"]);
    expect(reply.rows).toEqual(rest.rows.map(withoutNulls));
    expect(reply["other"]).toEqual(withoutNulls(rest.other));
    expect(reply["totals"]).toEqual(withoutNulls(rest.totals));
    expect(rest.rows).toHaveLength(7);
  });

  it("tells zero counts as zero and no rate as absent", async () => {
    const reply = await call(client, "GetRstRate", { collector: ["nobody"] });
    const figures = reply["totals"] as Body;
    for (const name of COUNT_NAMES) expect(Number(figures[name] ?? 0)).toBe(0);
    expect(figures["rst_rate"]).toBeUndefined();
    expect(reply["other"] ?? null).toBeNull();
  });

  const bad: { request: Body; search: string }[] = [
    { request: { group_by: ["hots"] }, search: "group_by=hots" },
    { request: { port: ["70000"] }, search: "port=70000" },
    { request: { from: "yesterday" }, search: "from=yesterday" },
    { request: { limit: 20_000 }, search: "limit=20000" },
  ];
  it.each(bad)("refuses $request in the words of REST", async ({ request, search }) => {
    const problem = (await (await fetch(`${api.url}/api/v1/rst-rate?${search}`)).json()) as Body;
    await expect(call(client, "GetRstRate", request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: problem["detail"],
    });
  });

  it("tells its health, and describes itself", async () => {
    const health = new (serviceOf(
      checkoutFile("node_modules/grpc-health-check/proto/health/v1/health.proto"),
      "grpc.health.v1.Health",
    ))(`127.0.0.1:${api.grpcPort}`, credentials.createInsecure());
    expect(await call(health, "Check", { service: "hangup.v1.QueryService" })).toMatchObject({ status: 1 });
    health.close();
    const reflection = new (serviceOf(
      checkoutFile("node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto"),
      "grpc.reflection.v1.ServerReflection",
    ))(`127.0.0.1:${api.grpcPort}`, credentials.createInsecure());
    const listed = await new Promise<Body>((resolve, reject) => {
      const stream = (
        reflection as unknown as { ServerReflectionInfo(): NodeJS.ReadWriteStream & { write(message: Body): void } }
      ).ServerReflectionInfo();
      stream.once("data", resolve);
      stream.once("error", reject);
      stream.write({ list_services: "" });
    });
    expect(JSON.stringify(listed)).toContain("hangup.v1.QueryService");
    reflection.close();
  });
});

function withoutNulls(row: Body): Body {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
