import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * A network between a client and a server that is cut once: when the server begins to answer the first INSERT, which is
 * when it has stored it, the client loses its connection.
 */
export class CuttingProxy {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** How many INSERTs went through, and how many of their answers were cut off. */
  inserts = 0;
  cuts = 0;

  private constructor(serverPort: number) {
    this.#server = createServer((client) => {
      const server = connect(serverPort, "127.0.0.1");
      let inserting = false;
      client.on("data", (bytes: Buffer) => {
        // The statement is in the request's query string.
        if (bytes.includes("INSERT")) {
          inserting = true;
          this.inserts++;
        }
        server.write(bytes);
      });
      server.on("data", (bytes: Buffer) => {
        if (inserting && this.cuts === 0) {
          this.cuts++;
          client.resetAndDestroy();
          return;
        }
        client.write(bytes);
      });
      for (const [one, other] of [
        [client, server],
        [server, client],
      ]) {
        this.#open.add(one);
        one.on("error", () => undefined);
        one.on("close", () => {
          this.#open.delete(one);
          other.destroy();
        });
      }
    });
  }

  static async start(serverPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(serverPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }
}
