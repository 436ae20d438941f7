import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rowsOnly, wholeText } from "./answer.ts";

const SAID =
  "\r\n__exception__\r\neixymnsfnjdvwkuk\nCode: 395. DB::Exception: Value passed to 'throwIf' function is non-zero: while executing. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version 26.7.2.1)\n273 eixymnsfnjdvwkuk\r\n__exception__\r\n";
const ROWS = "1,2\n".repeat(30_000);

/** What is sent, and whether the answer is then cut. */
const answers: Readonly<Record<string, { body: string; cut: boolean }>> = {
  whole: { body: ROWS, cut: false },
  empty: { body: "", cut: false },
  failed: { body: ROWS + SAID, cut: true },
  early: { body: SAID, cut: true },
  silent: { body: ROWS, cut: true },
};

describe("an answer", () => {
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { body, cut } = answers[(request.url ?? "").slice(1)];
      response.write(body || "\n", () => (cut ? response.destroy() : response.end()));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** What was given out before the end or the error. */
  async function read(name: string): Promise<{ text: string; error: unknown }> {
    const { body } = await fetch(`${base}/${name}`);
    let text = "";
    try {
      for await (const chunk of rowsOnly(body ?? new ReadableStream())) text += chunk.toString("utf8");
    } catch (error) {
      return { text, error };
    }
    return { text, error: null };
  }

  it("comes out as it is", async () => {
    expect(await read("whole")).toEqual({ text: ROWS, error: null });
    expect(await read("empty")).toEqual({ text: "\n", error: null });
  });

  const words =
    "the answer broke off, it is not complete: Value passed to 'throwIf' function is non-zero: while executing";

  it("that fails half-way says why in one line, and not among its rows", async () => {
    const { text, error } = await read("failed");
    expect(text).toBe(ROWS);
    expect(error).toMatchObject({ code: "HANGUP_SQL_FAILED", exitCode: 1, message: words });
    expect(await read("early")).toMatchObject({ text: "", error: { message: words } });
  });

  it("that is cut without a word is told as such", async () => {
    expect((await read("silent")).error).toMatchObject({ code: "HANGUP_SQL_LIMIT", exitCode: 1 });
  });

  it("is no whole text either", async () => {
    const { body } = await fetch(`${base}/failed`);
    await expect(wholeText(body ?? new ReadableStream())).rejects.toMatchObject({ message: words });
  });
});
