import { describe, expect, it } from "vitest";
import { startAdminServer } from "./admin.ts";
import { HangupError } from "./errors.ts";
import { Counter, createRegistry } from "./metrics.ts";

async function get(port: number, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: await response.text() };
}

describe("startAdminServer", () => {
  it("answers livez, readyz with the reason, and metrics", async () => {
    const registry = createRegistry();
    new Counter({ name: "hangup_test_rows_total", help: "rows", registers: [registry] }).inc(3);
    let reason: string | null = "no broker answers";
    const server = await startAdminServer({ host: "127.0.0.1", port: 0 }, registry, () => reason);
    expect(await get(server.port, "/livez")).toEqual({ status: 200, body: "ok\n" });
    expect(await get(server.port, "/readyz")).toEqual({ status: 503, body: "no broker answers\n" });
    reason = null;
    expect((await get(server.port, "/readyz")).status).toBe(200);
    const metrics = await get(server.port, "/metrics");
    expect(metrics.body).toContain("hangup_test_rows_total 3");
    expect(metrics.body).toContain("process_cpu_seconds_total");
    expect((await get(server.port, "/nothing")).status).toBe(404);
    const posted = await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: "POST" });
    expect({ status: posted.status, allow: posted.headers.get("allow") }).toEqual({ status: 405, allow: "GET, HEAD" });
    await server.close();
  });

  it("names a taken port and the flag that changes it", async () => {
    const first = await startAdminServer({ host: "127.0.0.1", port: 0 }, createRegistry(), () => null);
    const second = startAdminServer({ host: "127.0.0.1", port: first.port }, createRegistry(), () => null);
    const error = await second.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(HangupError);
    expect(error).toMatchObject({ code: "HANGUP_PORT_TAKEN", exitCode: 1 });
    expect(String(error)).toContain(`127.0.0.1:${first.port} is taken`);
    expect((error as HangupError).remedy).toContain("--admin-listen");
    await first.close();
  });
});
