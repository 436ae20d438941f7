import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient } from "./client.ts";

/** What answers at each path; the client must make sense of all of them. */
const answers: Readonly<Record<string, { status: number; type: string; body: string }>> = {
  good: { status: 200, type: "application/json", body: '{"rows":[]}' },
  problem: {
    status: 400,
    type: "application/problem+json",
    body: '{"code":"HANGUP_BAD_PARAMETER","detail":"parameter \'prot\' is unknown. Did you mean \'port\'?"}',
  },
  away: {
    status: 503,
    type: "application/problem+json",
    body: '{"code":"HANGUP_CLICKHOUSE_UNREACHABLE","detail":"ClickHouse does not answer"}',
  },
  nonsense: { status: 200, type: "text/html", body: "<h1>Welcome</h1>" },
  foreign: { status: 404, type: "text/html", body: "<h1>Not Found</h1>" },
};

describe("ApiClient", () => {
  const asked: string[] = [];
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = request.url ?? "";
      asked.push(url);
      if (url.includes("/silent")) return;
      if (url.includes("/half")) {
        response.writeHead(200).write("{");
        return;
      }
      const { status, type, body } = answers[url.split("?")[0].slice("/api/v1/".length)];
      response.writeHead(status, { "content-type": type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  it("asks below /api/v1, repeats parameters, and minds no slash at the end of the URL", async () => {
    const parameters: [string, string][] = [
      ["port", "443"],
      ["port", "80"],
      ["collector", "a&b"],
    ];
    expect(await new ApiClient(`${base}/`).get("good", parameters)).toEqual({ rows: [] });
    expect(asked.at(-1)).toBe("/api/v1/good?port=443&port=80&collector=a%26b");
  });

  const failures: { path: string; code: string; exitCode: number; says: string }[] = [
    { path: "problem", code: "HANGUP_BAD_PARAMETER", exitCode: 2, says: "Did you mean 'port'?" },
    { path: "away", code: "HANGUP_CLICKHOUSE_UNREACHABLE", exitCode: 1, says: "ClickHouse does not answer" },
    {
      path: "foreign",
      code: "HANGUP_API_UNREACHABLE",
      exitCode: 1,
      says: "something else answered there, with HTTP status 404",
    },
    {
      path: "nonsense",
      code: "HANGUP_API_UNREACHABLE",
      exitCode: 1,
      says: "something else answered there, with HTTP status 200",
    },
  ];
  it.each(failures)("tells a $path answer in the API's words", async ({ path, code, exitCode, says }) => {
    await expect(new ApiClient(base).get(path, [])).rejects.toMatchObject({
      code,
      exitCode,
      message: expect.stringContaining(says) as unknown,
    });
  });

  it.each(["silent", "half"])("does not wait for a %s answer for good", async (path) => {
    const late = {
      code: "HANGUP_API_UNREACHABLE",
      message: `the query API at ${base} does not answer: it takes too long`,
    };
    await expect(new ApiClient(base).get(path, [], { timeoutMs: 50 })).rejects.toMatchObject(late);
  });

  it("does not wait for the beginning of an answer for good", async () => {
    const late = { message: `the query API at ${base} does not answer: it takes too long` };
    await expect(new ApiClient(base).post("silent", {}, 50)).rejects.toMatchObject(late);
  });

  it.each(["silent", "half"])("stops waiting for a %s answer when it is told to", async (path) => {
    const stopping = new AbortController();
    const answer = new ApiClient(base).get(path, [], { signal: stopping.signal });
    stopping.abort();
    await expect(answer).rejects.toMatchObject({ code: "HANGUP_API_UNREACHABLE" });
  });

  it("names the address where nothing listens", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const nobody = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
    await new Promise((resolve) => gone.close(resolve));
    await expect(new ApiClient(nobody).get("good", [])).rejects.toMatchObject({
      code: "HANGUP_API_UNREACHABLE",
      message: `the query API at ${nobody} does not answer: nothing listens there`,
    });
  });
});
