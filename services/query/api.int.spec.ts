import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CAUSES, explain } from "@hangup/causes";
import { formatAddress, formatTime, parseAddress, teardownToObject, type Teardown } from "@hangup/teardowns";
import { startApi, type TestApi } from "./fixture/api.ts";
import { engineOrReason } from "./fixture/engine.ts";
import { NOW, randomRows } from "./fixture/rows.ts";

const { engine, reason } = await engineOrReason();
const rows = randomRows(700, 5, NOW - 3_600e6, NOW);

/** Newest first, as the API lists them. */
const newestFirst = rows.toSorted(
  (a, b) =>
    b.end_time - a.end_time ||
    (a.collector < b.collector ? 1 : -1) * Number(a.collector !== b.collector) ||
    b.seq - a.seq,
);

const isWebResetWithoutSender = ({ kind, server_port: port, sender }: Teardown): boolean =>
  kind === "reset" && [443, 80].includes(port) && sender === "";

type Body = Record<string, unknown>;

describe.skipIf(engine === null)(`the API on the real engine${reason === "" ? "" : ` (skipped: ${reason})`}`, () => {
  let api: TestApi;

  beforeAll(async () => {
    if (engine === null) return;
    await engine.insert(rows);
    await engine.client.insert({ table: "hangup.alerts", values: ALERTS, format: "JSONEachRow" });
    api = await startApi(engine, NOW);
  });

  afterAll(async () => {
    await api?.stop();
    await engine?.stop();
  });

  const get = (path: string, accept = "application/json"): Promise<Response> =>
    fetch(`${api.url}${path}`, { headers: { accept } });
  const json = async (path: string): Promise<Body> => (await (await get(path)).json()) as Body;

  describe("rst-rate", () => {
    it("tells the last hour by default, with the range that it resolved", async () => {
      const body = await json("/api/v1/rst-rate");
      expect(body).toMatchObject({
        range: { from: formatTime(NOW - 3_600e6), to: formatTime(NOW) },
        group_by: [],
        rows: [{ teardowns: expect.any(Number) as unknown }],
        other: null,
      });
      expect(Object.keys(body["totals"] as object)).toEqual([
        "teardowns",
        "resets",
        "abnormal_resets",
        "undecided_resets",
        "timeouts",
        "fins",
        "attempts",
        "refused",
        "failed_attempts",
        "orphan_resets",
        "rst_rate",
        "abnormal_rst_rate",
        "abnormal_rst_rate_max",
        "refused_rate",
      ]);
    });

    it("tells hosts as canonical text and ports as numbers", async () => {
      const body = await json(
        "/api/v1/rst-rate?group_by=host,port&port=443&host=2001:DB8:0:0::1&host=10.0.0.1&order_by=host",
      );
      expect((body["rows"] as Body[]).map(({ host, port }) => ({ host, port }))).toEqual([
        { host: "10.0.0.1", port: 443 },
        { host: "2001:db8::1", port: 443 },
      ]);
    });

    it("tells every address so that a filter takes it back, and nothing but IPv4 as IPv4", async () => {
      const shown = [
        "10.77.0.1",
        "2001:db8::ffff:1",
        "2001:db8::ffff:a4d:1",
        "1:2::ffff:3",
        "::ffff:0:1:2",
        "64:ff9b::a4d:1",
        "::",
        "2001:db8:0:1:1:1:1:1",
      ];
      const time = NOW - 5 * 3_600e6;
      const template = { ...rows[0], kind: "reset", stage: "data", end_time: time };
      await engine?.insert(
        shown.map((text, seq) => ({
          ...template,
          collector: "addresses",
          seq,
          server_ip: parseAddress(text) as Uint8Array,
        })),
      );
      const range = `from=${time / 1e6 - 60}&to=${time / 1e6 + 60}`;
      const hosts = async (path: string): Promise<unknown[]> =>
        ((await json(`${path}${range}`))["rows"] as Body[]).map(({ host, server_ip: ip }) => host ?? ip);
      expect(new Set(await hosts("/api/v1/rst-rate?group_by=host&"))).toEqual(new Set(shown));
      for (const host of shown) {
        expect(await hosts(`/api/v1/rst-rate?group_by=host&host=${host}&`)).toEqual([host]);
        expect(await hosts(`/api/v1/teardowns?host=${host}&`)).toEqual([host]);
      }
    });

    it("takes unix seconds and milliseconds", async () => {
      const [seconds, milliseconds] = await Promise.all([
        json(`/api/v1/rst-rate?from=${NOW / 1e6 - 600}&to=${NOW / 1e6}`),
        json(`/api/v1/rst-rate?from=${NOW / 1e3 - 600_000}&to=${NOW / 1e3}`),
      ]);
      expect(seconds).toEqual(milliseconds);
      expect(seconds["range"]).toMatchObject({ from: formatTime(NOW - 600e6) });
    });

    it("is exported as csv and ndjson", async () => {
      const path = "/api/v1/rst-rate?group_by=port&order_by=port";
      const body = (await json(path))["rows"] as Body[];
      const csv = await get(path, "text/csv");
      expect(csv.headers.get("content-type")).toContain("text/csv");
      const [head, ...lines] = (await csv.text()).trimEnd().split("\r\n");
      expect(head).toMatch(/^port,teardowns,resets,/);
      expect(lines.map((line) => Number(line.split(",")[0]))).toEqual(body.map(({ port }) => port));
      const ndjson = await get(path, "application/x-ndjson");
      expect(
        (await ndjson.text())
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Body),
      ).toEqual(body);
    });

    it("names a bad parameter in a problem", async () => {
      const response = await get("/api/v1/rst-rate?prot=443");
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
      expect(await response.json()).toEqual({
        type: "urn:hangup:problem:HANGUP_BAD_PARAMETER",
        title: "an unknown query parameter, or one with a value that cannot be used",
        status: 400,
        code: "HANGUP_BAD_PARAMETER",
        detail: "parameter 'prot' is unknown. Did you mean 'port'?",
        parameter: "prot",
        given: null,
        did_you_mean: "port",
        errors: [{ parameter: "prot", given: null, detail: "is unknown", did_you_mean: "port" }],
      });
    });

    it.each([
      "host=%27%29%3B%20DROP%20TABLE%20hangup.alerts",
      "collector=%27%29%20OR%201%3D1%20--",
      "cause=%27",
      "order_by=1;SELECT",
      "__proto__=1",
      "limit=1e3",
    ])("gives no way in by %s", async (query) => {
      const response = await get(`/api/v1/rst-rate?${query}`);
      const body = (await response.json()) as Body;
      expect([400, 200]).toContain(response.status);
      expect(body["code"] ?? (body["totals"] as Body)["attempts"]).toBe(
        response.status === 400 ? "HANGUP_BAD_PARAMETER" : 0,
      );
    });
  });

  it("tells a time series in columns", async () => {
    const body = await json("/api/v1/timeseries?group_by=cause&step=10m&limit=2");
    expect(body).toMatchObject({ step_seconds: 600, other: expect.any(Object) as unknown });
    const times = body["times"] as number[];
    expect(times).toEqual([0, 1, 2, 3, 4, 5].map((step) => (NOW - 3_600e6) / 1e6 + step * 600));
    const series = body["series"] as Body[];
    expect(series).toHaveLength(2);
    expect(series[0]).toMatchObject({ group: { cause: expect.any(String) as unknown } });
    expect(series[0]["rst_rate"]).toHaveLength(6);
  });

  describe("teardowns", () => {
    it("are listed newest first, each column as everywhere", async () => {
      const body = await json("/api/v1/teardowns?limit=3");
      const expected = newestFirst.slice(0, 3).map((row) => teardownToObject(row));
      expect(body["rows"]).toMatchObject(expected);
      expect(Object.keys((body["rows"] as object[])[0]).slice(0, 12)).toEqual(Object.keys(expected[0]).slice(0, 12));
    });

    it("are told in words, the same as everywhere", async () => {
      const [row] = newestFirst;
      const [listed] = (await json("/api/v1/teardowns?limit=1"))["rows"] as Body[];
      const told = explain({
        ...row,
        client_ip: formatAddress(row.client_ip),
        server_ip: formatAddress(row.server_ip),
        start_time: formatTime(row.start_time),
      });
      expect(listed["explanation"]).toEqual(told);
      const detail = await json(`/api/v1/teardowns/${encodeURIComponent(String(listed["id"]))}`);
      expect(detail["explanation"]).toEqual(told);
    });

    it("are paged without a gap or a repetition", async () => {
      const ids: unknown[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const body: Body = await json(`/api/v1/teardowns?limit=97${cursor === "" ? "" : `&cursor=${cursor}`}`);
        ids.push(...(body["rows"] as Body[]).map(({ id }) => id));
        cursor = body["next_cursor"] as string | null;
      }
      expect(ids).toEqual(newestFirst.map((row) => teardownToObject(row)["id"]));
    });

    it("are filtered by ends as well as places", async () => {
      const body = await json("/api/v1/teardowns?kind=reset&port=443,80&sender=none&limit=1000");
      expect((body["rows"] as Body[]).map(({ id }) => id)).toEqual(
        newestFirst.filter(isWebResetWithoutSender).map((row) => teardownToObject(row)["id"]),
      );
    });

    it("are exported whole as ndjson and csv", async () => {
      const ndjson = await get("/api/v1/teardowns?limit=100000", "application/x-ndjson");
      expect((await ndjson.text()).trimEnd().split("\n")).toHaveLength(rows.length);
      const csv = await get("/api/v1/teardowns?limit=2", "text/csv");
      const text = await csv.text();
      expect(text.split("\n")[0]).toMatch(/^"id","collector","vantage","client_ip"/);
      expect(text.trimEnd().split("\n")).toHaveLength(3);
    });

    it("refuse a foreign cursor, and more rows than JSON should hold", async () => {
      expect(await json("/api/v1/teardowns?cursor=abc")).toMatchObject({ status: 400, parameter: "cursor" });
      expect(await json("/api/v1/teardowns?limit=1001")).toMatchObject({
        status: 400,
        parameter: "limit",
        detail: expect.stringContaining("by Accept") as unknown,
      });
    });

    it("are found by id, with what other collectors saw", async () => {
      const row = rows[11];
      const twin: Teardown = {
        ...row,
        evidence: ["own_fin", "of_the_future"],
        collector: "elsewhere",
        vantage: "client",
        client_isn: 77,
        server_isn: 88,
      };
      await engine?.insert([twin, { ...twin, collector: "far-away", end_time: row.end_time + 3 }]);
      const id = `elsewhere-${row.epoch}-${row.seq}`;
      const body = await json(`/api/v1/teardowns/${encodeURIComponent(id)}`);
      expect(body).toMatchObject(teardownToObject(twin));
      expect(body).toMatchObject({ cause_summary: expect.any(String) as unknown, connection_id: "0000004d00000058" });
      expect(body["evidence_words"]).toEqual(["the sender of the RST had sent its FIN", "of_the_future"]);
      expect((body["other_vantages"] as Body[]).map(({ collector }) => collector)).toEqual(["far-away"]);
    });

    it("tell the cause that newer rules give, the newest of them, beside the one that they were stored with", async () => {
      const [, row] = newestFirst;
      const { collector, epoch, seq } = row;
      const verdict = { collector, epoch, seq, end_time: formatTime(row.end_time), kind: row.kind, confidence: 71 };
      const said = [
        { ...verdict, cause: "newest", rule_version: 7, judged_time: formatTime(NOW) },
        { ...verdict, cause: "older", rule_version: 8, judged_time: formatTime(NOW - 60e6) },
        { ...verdict, cause: "another_run", rule_version: 9, judged_time: formatTime(NOW), epoch: epoch + 1 },
      ];
      await engine?.client.insert({
        table: "hangup.verdicts",
        values: said,
        format: "JSONEachRow",
        clickhouse_settings: { date_time_input_format: "best_effort", async_insert: 0 },
      });
      const refined = { cause: row.cause, cause_refined: "newest", confidence_refined: 71, rule_version_refined: 7 };
      const listed = (await json("/api/v1/teardowns?limit=3"))["rows"] as Body[];
      const none = { cause_refined: null, confidence_refined: null, rule_version_refined: null };
      expect(listed).toMatchObject([none, refined, none]);
      const id = encodeURIComponent(String(listed[1]["id"]));
      expect(await json(`/api/v1/teardowns/${id}`)).toMatchObject(refined);
      const csv = await (await get("/api/v1/teardowns?limit=2", "text/csv")).text();
      expect(csv.trimEnd().split("\n")[2]).toMatch(/,"newest",71,7$/);
    });

    it("are found by id, too, when they were read from a file and are older than their collector's run", async () => {
      const old: Teardown = { ...rows[12], collector: "from-file", epoch: NOW / 1000, end_time: NOW - 6 * 3_600e6 };
      await engine?.insert([old]);
      const body = await json(`/api/v1/teardowns/from-file-${old.epoch}-${old.seq}`);
      expect(body).toMatchObject({ collector: "from-file", end_time: formatTime(old.end_time) });
    });

    it.each(["nobody-1-2", "nobody-9999999999999999-9999999999999999", "nonsense", "a'b-1-2"])(
      "are not found by %s",
      async (id) => {
        const response = await get(`/api/v1/teardowns/${encodeURIComponent(id)}`);
        expect(response.status).toBe(404);
        expect(await response.json()).toMatchObject({
          code: "HANGUP_NOT_FOUND",
          detail: expect.stringContaining(id) as unknown,
        });
      },
    );
  });

  it("lists every cause", async () => {
    const body = (await json("/api/v1/causes"))["rows"] as Body[];
    expect(body.map(({ name }) => name)).toEqual(CAUSES.map(({ name }) => name));
    expect(body.find(({ name }) => name === "data_after_close")).toMatchObject({ benign: null });
  });

  it("tells alerts as they stand, firing first", async () => {
    const all = (await json("/api/v1/alerts"))["rows"] as Body[];
    expect(all.map(({ id, state }) => ({ id, state }))).toEqual([
      { id: "443-app_abort-2", state: "firing" },
      { id: "80-app_abort-1", state: "resolved" },
    ]);
    expect(all[0]).toMatchObject({
      started_time: formatTime(NOW - 600e6),
      resolved_time: null,
      top_hosts: [{ host: "10.0.0.1", resets: 5 }],
    });
    expect((await json("/api/v1/alerts?state=resolved"))["rows"]).toHaveLength(1);
  });
});

const ALERTS = [
  { id: "80-app_abort-1", state: "firing", port: 80, version: 1 },
  { id: "80-app_abort-1", state: "resolved", port: 80, version: 2 },
  { id: "443-app_abort-2", state: "firing", port: 443, version: 1 },
].map((alert) => ({
  fingerprint: `${alert.port}-app_abort`,
  cause: "app_abort",
  started_time: NOW - 600e6,
  updated_time: NOW - 300e6,
  resolved_time: alert.state === "resolved" ? NOW - 300e6 : null,
  resets: 20,
  teardowns: 100,
  rate: 0.2,
  baseline_resets: 1,
  baseline_teardowns: 1000,
  baseline_rate: 0.001,
  top_hosts: [{ host: "10.0.0.1", resets: 5 }],
  summary: "port 80: resets rose",
  ...alert,
}));
