import { createServer, type AddressInfo } from "node:net";
import { listenError } from "./admin.ts";

const HOST = "127.0.0.1";

/**
 * For a program that is yet to be started: whoever listens there already would pass for it.
 * @throws HangupError HANGUP_PORT_TAKEN naming the flag that changes the port.
 */
export async function claimPort(port: number, flag: string, host = HOST): Promise<void> {
  try {
    await listenOnce(port, host);
  } catch (cause) {
    throw listenError(cause, { host, port }, flag);
  }
}

/** `port` when it is free, else one that is. */
export function freePort(port: number): Promise<number> {
  return listenOnce(port, HOST).catch(() => listenOnce(0, HOST));
}

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, host, () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });
}
