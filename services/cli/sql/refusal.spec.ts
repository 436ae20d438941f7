import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../sql.ts";

const bad = { parameter: "query", given: "SELECT 1… (7 characters more)", detail: "longer than 100000 characters" };

describe("a statement that the API does not take", () => {
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      const problem = { code: "HANGUP_BAD_PARAMETER", detail: "in the words of the API", errors: [bad] };
      response.writeHead(400, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  it("is called a statement, no parameter", async () => {
    await expect(run(["--api", base, "SELECT 1"])).rejects.toMatchObject({
      message: "the statement 'SELECT 1… (7 characters more)' cannot be used: longer than 100000 characters",
      exitCode: 2,
    });
  });
});
