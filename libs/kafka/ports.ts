import { connect, createServer, type AddressInfo } from "node:net";
import { listenError } from "@hangup/service";

const HOST = "127.0.0.1";

/** @throws HangupError HANGUP_PORT_TAKEN when somebody listens there. */
export async function claimPort(port: number, flag: string, host = HOST): Promise<void> {
  try {
    await listenOnce(port, host);
  } catch (cause) {
    throw listenError(cause, { host, port }, flag);
  }
}

/** `port` when it is free, else one that is. */
export function freePort(port: number): Promise<number> {
  return listenOnce(port).catch(() => listenOnce(0));
}

function listenOnce(port: number, host = HOST): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, host, () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });
}

/** True when somebody accepts a connection there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
