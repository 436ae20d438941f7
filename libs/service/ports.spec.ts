import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimPort, freePort } from "./ports.ts";

describe("a port for a program that is yet to be started", () => {
  let taken: Server;
  let port: number;

  beforeAll(async () => {
    taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    ({ port } = taken.address() as AddressInfo);
  });
  afterAll(() => void taken.close());

  it("that is taken is refused, with the flag that changes it", async () => {
    await expect(claimPort(port, "--kafka-port")).rejects.toMatchObject({
      code: "HANGUP_PORT_TAKEN",
      message: `127.0.0.1:${port} is taken by another process`,
      remedy: "Stop that process or choose another port with --kafka-port",
    });
  });

  it("that is free stays free", async () => {
    const free = await freePort(port);
    expect(free).not.toBe(port);
    await claimPort(free, "--kafka-port");
    expect(await freePort(free)).toBe(free);
  });

  it("is asked for on the host where it will be", async () => {
    await expect(claimPort(port, "--listen", "192.0.2.77")).rejects.toMatchObject({
      message: `192.0.2.77:${port} is no address of this machine`,
    });
  });
});
