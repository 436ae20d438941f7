import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "./metrics.ts";
import { HangupError } from "./errors.ts";

/** Host and port to listen on. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface AdminServer {
  /** The port in use: the one asked for, or the one the kernel gave for port 0. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/livez` (the process answers), `/readyz` (`ready()` says null, or why not) and `/metrics` (Prometheus text format).
 * @throws HangupError HANGUP_PORT_TAKEN.
 */
export async function startAdminServer(
  address: ListenAddress,
  registry: Registry,
  ready: () => string | null,
): Promise<AdminServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      reply(response, 405, "it only answers GET\n");
    } else if (path === "/livez") reply(response, 200, "ok\n");
    else if (path === "/readyz") {
      const reason = ready();
      reply(response, reason === null ? 200 : 503, reason === null ? "ok\n" : `${reason}\n`);
    } else if (path === "/metrics") {
      registry.metrics().then(
        (text: string) => reply(response, 200, text, registry.contentType),
        (error: unknown) => reply(response, 500, `${String(error)}\n`),
      );
    } else reply(response, 404, "try /livez, /readyz or /metrics\n");
  });
  await listen(server, address, "--admin-listen");
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, status: number, body: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type }).end(body);
}

/** Listens, or throws HANGUP_PORT_TAKEN naming the port and the flag that changes it. */
export function listen(server: Server, address: ListenAddress, flag: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(listenError(cause, address, flag)));
    server.listen(address.port, address.host, () => resolve());
  });
}

/** By the system's code: what is wrong, and what to do with the flag. */
const LISTEN_FAILURES: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EADDRINUSE: ["is taken by another process", "Stop that process or choose another port"],
  EADDRNOTAVAIL: ["is no address of this machine", "Choose another"],
  EACCES: ["needs more rights", "Run it as root, or choose a port above 1023"],
  ENOTFOUND: ["has a host that no address is known of", "Choose another"],
};

/** Turns a listen failure into an error that names the address and the flag that changes it. */
export function listenError(cause: unknown, address: ListenAddress, flag: string): HangupError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const [why, remedy] = LISTEN_FAILURES[code] ?? [`cannot be listened on (${code})`, "Choose another address"];
  return new HangupError("HANGUP_PORT_TAKEN", `${address.host}:${address.port} ${why}`, {
    remedy: `${remedy} with ${flag}`,
    cause,
  });
}
