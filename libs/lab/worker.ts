import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./steps.ts";
import type { Envelope, Reply, Request } from "./worker-protocol.ts";

/** From the sources the worker runs as TypeScript, from `dist` as JavaScript. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const program = fileURLToPath(new URL(`./worker-main.${extension}`, import.meta.url));

/** A worker process inside a namespace, seen from the lab. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, PromiseWithResolvers<Outcome>>();
  #nextId = 0;

  constructor(namespace: string) {
    this.#child = spawn("ip", ["netns", "exec", namespace, process.execPath, program], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (reply: Reply) => {
      this.#waiting.get(reply.id)?.resolve(reply.outcome);
      this.#waiting.delete(reply.id);
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    const ended = (): void => {
      for (const waiting of this.#waiting.values())
        waiting.reject(new Error(`the lab's worker in ${namespace} has ended`));
      this.#waiting.clear();
      resolve();
    };
    this.#child.on("exit", ended);
    this.#child.on("error", ended);
  }

  /** Rejects only when the worker has died; what the sockets met is in the outcome. */
  ask(request: Request): Promise<Outcome> {
    const id = this.#nextId++;
    const waiting = Promise.withResolvers<Outcome>();
    this.#waiting.set(id, waiting);
    const envelope: Envelope = { id, request };
    this.#child.send(envelope, (error) => {
      if (error !== null) waiting.reject(error);
    });
    return waiting.promise;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }
}
