import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BadParameter } from "../api/bad-parameter.ts";
import { run } from "../top.ts";

describe("what top says of a question that cannot be asked", () => {
  let server: Server;
  let base: string;
  let refused: BadParameter;
  let asked = 0;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked++;
      const problem = { code: "HANGUP_BAD_PARAMETER", detail: "in the words of the API", errors: [refused] };
      response.writeHead(400, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const ask = (...args: string[]): Promise<number> => run(["--once", "--api", base, ...args]);

  it.each<BadParameter & { says: string; remedy: string }>([
    {
      parameter: "group_by",
      given: "hots",
      detail: "not a dimension, one of host, port",
      did_you_mean: "host",
      says: "--by 'hots' cannot be used: not a dimension, one of host, port",
      remedy: "Did you mean 'host'?",
    },
    {
      parameter: "from",
      given: "now",
      detail: "not before 'to', 2026-11-22T20:15:04Z",
      says: "--from 'now' cannot be used: not before --to, 2026-11-22T20:15:04Z",
      remedy: "See 'hangup top --help'",
    },
    {
      parameter: "order_by",
      given: "resets:up",
      detail: "expected a name, name:asc or name:desc",
      says: "--order-by 'resets:up' cannot be used: expected a name, name:asc or name:desc",
      remedy: "See 'hangup top --help'",
    },
    {
      parameter: "port",
      given: "http",
      detail: "not a port, 0 to 65535",
      says: "--filter 'port=http' cannot be used: not a port, 0 to 65535",
      remedy: "See 'hangup top --help'",
    },
  ])("speaks of options where the API speaks of '$parameter'", async ({ says, remedy, ...parameter }) => {
    refused = parameter;
    await expect(ask()).rejects.toMatchObject({ message: says, remedy, exitCode: 2 });
  });

  it.each([
    { filter: "prot=443", says: /^--filter 'prot=443' cannot be used: 'prot' is none of host, /, remedy: "'port'?" },
    { filter: "limit=3", says: /'limit' is none of host, /, remedy: "" },
    { filter: "443", says: /^--filter '443' cannot be used: expected NAME=VALUE$/, remedy: "--filter port=443" },
  ])("refuses --filter $filter before it asks", async ({ filter, says, remedy }) => {
    const before = asked;
    await expect(ask("--filter", filter)).rejects.toMatchObject({
      message: expect.stringMatching(says) as unknown,
      remedy: expect.stringContaining(remedy) as unknown,
      exitCode: 2,
    });
    expect(asked).toBe(before);
  });
});
