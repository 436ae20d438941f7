import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CAUSES } from "@hangup/causes";
import { startApi, type TestApi } from "./fixture/api.ts";
import { engineOrReason } from "./fixture/engine.ts";
import { NOW } from "./fixture/rows.ts";

const { engine, reason } = await engineOrReason();

type Body = Record<string, unknown>;

describe.skipIf(engine === null)(`beside the API${reason === "" ? "" : ` (skipped: ${reason})`}`, () => {
  let api: TestApi;
  const page = mkdtempSync(join(tmpdir(), "hangup-page-"));

  beforeAll(async () => {
    if (engine === null) return;
    writeFileSync(join(page, "index.html"), "<!doctype html><title>Hangup</title>");
    api = await startApi(engine, NOW, page);
  });

  afterAll(async () => {
    await api?.stop();
    await engine?.stop();
    rmSync(page, { recursive: true });
  });

  const get = (path: string, accept = "application/json"): Promise<Response> =>
    fetch(`${api.url}${path}`, { headers: { accept } });
  const json = async (path: string): Promise<Body> => (await (await get(path)).json()) as Body;

  it("has a page of the guide for every cause, linked with the others", async () => {
    for (const { name, guide } of (await json("/api/v1/causes"))["rows"] as { name: string; guide: string }[]) {
      const answer = await get(guide, "text/html");
      expect({ guide, status: answer.status }).toEqual({ guide, status: 200 });
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(await answer.text()).toContain(`<h1>${name}</h1>`);
    }
    const index = await get("/guide", "text/html");
    expect(new URL(index.url).pathname).toBe("/guide/README.md");
    const links = [...(await index.text()).matchAll(/<a href="([^"]+)"/g)].map(([, link]) => new URL(link, index.url));
    expect(links.length).toBeGreaterThan(CAUSES.length);
    for (const link of links)
      expect({ path: link.pathname, status: (await fetch(link)).status }).toEqual({ path: link.pathname, status: 200 });
    expect((await get("/guide/..%2f..%2fpackage.json")).status).toBe(404);
  });

  it("answers probes and metrics", async () => {
    expect(await (await get("/livez")).text()).toBe("ok\n");
    const ready = await get("/readyz");
    expect({ status: ready.status, text: await ready.text() }).toEqual({ status: 200, text: "ok\n" });
    await get("/api/v1/rst-rate?nothing=1");
    await get("/api/v1/teardowns/a-1-2");
    const metrics = await (await get("/metrics")).text();
    expect(metrics).toMatch(/hangup_query_requests_total\{method="GET",route="\/api\/v1\/rst-rate",status="400"\} \d/);
    expect(metrics).toContain('route="/api/v1/teardowns/:id"');
  });

  it("documents every route by OpenAPI", async () => {
    const document = (await json("/api/v1/openapi.json")) as {
      paths: Record<string, { get?: { parameters: Body[]; responses: Body } }>;
    };
    expect(Object.keys(document.paths).toSorted()).toEqual([
      "/api/v1/alerts",
      "/api/v1/causes",
      "/api/v1/rst-rate",
      "/api/v1/sql",
      "/api/v1/teardowns",
      "/api/v1/teardowns/{id}",
      "/api/v1/timeseries",
    ]);
    const rstRate = document.paths["/api/v1/rst-rate"].get;
    expect(rstRate?.parameters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["from", "to", "group_by", "host", "cause", "limit"]),
    );
    expect(rstRate?.parameters.find(({ name }) => name === "vantage")).toMatchObject({
      description: expect.stringContaining("count no connection twice") as unknown,
    });
    expect(JSON.stringify(rstRate?.responses["200"])).toContain("abnormal_rst_rate_max");
    expect(Object.keys(rstRate?.responses ?? {})).toEqual(expect.arrayContaining(["200", "400", "503"]));
  });

  it("has its documentation without another host", async () => {
    const docs = await get("/docs", "text/html");
    const text = await docs.text();
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect({ file, status: (await get(file)).status }).toEqual({ file, status: 200 });
    expect(docs.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it("serves the page", async () => {
    const response = await get("/", "text/html");
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(await response.text()).toContain("<title>Hangup</title>");
  });

  it.each(["/nothing", "/api/v1/rst-rates", "/../package.json", "/docs/assets/../../package.json"])(
    "has nothing at %s",
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "HANGUP_NOT_FOUND" });
    },
  );

  it.each([
    { method: "DELETE", path: "/api/v1/rst-rate", allow: "GET, HEAD" },
    { method: "PUT", path: "/api/v1/teardowns/a-1-2", allow: "GET, HEAD" },
    { method: "GET", path: "/api/v1/sql", allow: "POST" },
    { method: "POST", path: "/docs", allow: "GET, HEAD" },
    { method: "POST", path: "/", allow: "GET, HEAD" },
    { method: "DELETE", path: "/livez", allow: "GET, HEAD" },
    { method: "POST", path: "/docs/assets/index.css", allow: "GET, HEAD" },
  ])("says which methods $path takes instead of $method", async ({ method, path, allow }) => {
    const response = await fetch(`${api.url}${path}`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(await response.json()).toMatchObject({ code: "HANGUP_BAD_METHOD", status: 405 });
  });

  it("says so when a path cannot be read", async () => {
    const response = await get("/api/v1/%ff?x=1");
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(await response.json()).toMatchObject({
      code: "HANGUP_BAD_URL",
      detail: "the path /api/v1/%ff cannot be read: it is no percent-encoded UTF-8",
    });
  });
});
