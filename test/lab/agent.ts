import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Endpoint } from "@hangup/lab";

const PROGRAM = join(import.meta.dirname, "agent.py");

/** TCP flags. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

/** Socket options by the names of agent.py; user_timeout in ms, keepalive_idle and keepalive_interval in s. */
export type SocketOptions = Readonly<Record<string, number>>;

/** A forged segment, its numbers relative to what its receiver expects. */
export interface Shot {
  /** Whose address it carries: `a` is the first endpoint of `forge` or `ambush`, `b` the second. */
  readonly as: "a" | "b";
  readonly flags: number;
  /** Added to the number that the receiver expects. */
  readonly seq?: number;
  /** Added to the acknowledgement of all that was seen of its receiver. */
  readonly ack?: number;
  /** seq 0, as a stack that answers a SYN has it. */
  readonly zero_seq?: boolean;
  /** That of the claimed sender unless told. */
  readonly ttl?: number;
  readonly ip_id?: number;
  readonly window?: number;
  readonly payload?: number;
  readonly delay_ms?: number;
}

/** What was last seen of one direction of a flow. */
export interface Sight {
  readonly seq: number;
  readonly ack: number;
  /** The number that follows it. */
  readonly end: number;
  readonly ttl: number;
  /** Seconds since 1970. */
  readonly at: number;
}

/** A segment made by hand, numbers absolute. */
export interface RawSegment {
  readonly source: Endpoint;
  readonly to: Endpoint;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window?: number;
  readonly ttl?: number;
  readonly payload?: number;
}

/** An operation that met an error of the kernel. */
export class SocketError extends Error {
  /** ECONNRESET, ETIMEDOUT … */
  readonly code: string;

  constructor(code: string, op: string) {
    super(`${op}: ${code}`);
    this.code = code;
  }
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

type Pair = readonly [string, number];

const keyOf = ({ address, port }: Endpoint): string => `${address} ${port}`;

const pair = ({ address, port }: Endpoint): Pair => [address, port];

/** The process inside one namespace that has its sockets, its view of the wire and its forger. */
export class Agent {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, { op: string; settle: PromiseWithResolvers<unknown> }>();
  #nextId = 0;

  constructor(namespace: string) {
    this.#child = spawn("ip", ["netns", "exec", namespace, "python3", PROGRAM], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.#take(JSON.parse(line) as Reply));
    this.#child.stdin!.on("error", () => undefined);
    const ended = (): void => {
      for (const { settle } of this.#waiting.values()) settle.reject(new Error(`the agent in ${namespace} has ended`));
      this.#waiting.clear();
      resolve();
    };
    this.#child.on("exit", ended);
    this.#child.on("error", ended);
  }

  /** @throws SocketError */
  async ask<T = void>(op: string, fields: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const id = this.#nextId++;
    const settle = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { op, settle });
    this.#child.stdin!.write(`${JSON.stringify({ ...fields, id, op })}\n`);
    return (await settle.promise) as T;
  }

  async listen(
    at: Endpoint,
    fields: { backlog?: number; options?: SocketOptions; mptcp?: boolean } = {},
  ): Promise<Listener> {
    return new Listener(this, await this.ask<number>("listen", { at: pair(at), ...fields }), at);
  }

  /** Waits for the handshake, `patience` seconds at most. */
  async connect(
    source: Endpoint,
    to: Endpoint,
    fields: { patience?: number; options?: SocketOptions; mptcp?: boolean } = {},
  ): Promise<LabSocket> {
    return new LabSocket(this, await this.ask<number>("connect", { source: pair(source), to: pair(to), ...fields }));
  }

  /** Sends the SYN and gives up before it can be answered. */
  cancel(source: Endpoint, to: Endpoint): Promise<void> {
    return this.ask("cancel", { source: pair(source), to: pair(to) });
  }

  raw({ source, to, ...rest }: RawSegment): Promise<void> {
    return this.ask("raw", { source: pair(source), to: pair(to), ...rest });
  }

  /** From now on follows what passes a device. */
  watch(device: string): Promise<void> {
    return this.ask("watch", { device });
  }

  /** Waits for the first segment from `source` to `to` with all of `flags` and none of `without`. */
  sight(source: Endpoint, to: Endpoint, flags = 0, without = 0): Promise<Sight> {
    return this.ask("sight", { source: pair(source), to: pair(to), flags, without });
  }

  forge(a: Endpoint, b: Endpoint, shots: readonly Shot[]): Promise<void> {
    return this.ask("forge", { source: pair(a), to: pair(b), shots });
  }

  /** The shots are fired at the sight of the next payload, or SYN, from `a` to `b`. */
  ambush(a: Endpoint, b: Endpoint, at: "payload" | "syn", shots: readonly Shot[]): Promise<void> {
    return this.ask("ambush", { source: pair(a), to: pair(b), at, shots });
  }

  /** The process dies; the kernel closes what it had open. */
  async die(): Promise<void> {
    this.ask("die").catch(() => undefined);
    await this.#exited;
  }

  async stop(): Promise<void> {
    this.#child.stdin!.end();
    await this.#exited;
  }

  #take({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.settle.resolve(value);
    else waiting?.settle.reject(new SocketError(error, waiting.op));
  }
}

/** A listening socket, and those that it accepts. */
export class Listener {
  readonly agent: Agent;
  readonly at: Endpoint;
  readonly #handle: number;
  readonly #accepted = new Map<string, PromiseWithResolvers<LabSocket>>();

  constructor(agent: Agent, handle: number, at: Endpoint) {
    this.agent = agent;
    this.#handle = handle;
    this.at = at;
  }

  /** Accepts one connection, whoever comes. */
  async accept(): Promise<{ socket: LabSocket; peer: Endpoint }> {
    const { handle, peer } = await this.agent.ask<{ handle: number; peer: Pair }>("accept", { handle: this.#handle });
    return { socket: new LabSocket(this.agent, handle), peer: { address: peer[0], port: peer[1] } };
  }

  /** Accepts all that come, for `from`, until the agent ends. */
  serve(): void {
    void (async () => {
      for (;;) {
        const { socket, peer } = await this.accept().catch((error: unknown) => {
          if (error instanceof SocketError && error.code === "ETIMEDOUT") return { socket: null, peer: null };
          throw error;
        });
        if (peer !== null) this.#of(peer).resolve(socket);
      }
    })().catch(() => undefined);
  }

  /** The connection that comes, or came, from this client; each is handed out once. */
  async from(client: Endpoint): Promise<LabSocket> {
    const accepted = this.#of(client);
    const socket = await accepted.promise;
    this.#accepted.delete(keyOf(client));
    return socket;
  }

  vanish(): Promise<void> {
    return this.agent.ask("vanish", { handle: this.#handle });
  }

  close(): Promise<void> {
    return this.agent.ask("close", { handle: this.#handle });
  }

  #of(client: Endpoint): PromiseWithResolvers<LabSocket> {
    const key = keyOf(client);
    let socket = this.#accepted.get(key);
    if (socket === undefined) this.#accepted.set(key, (socket = Promise.withResolvers<LabSocket>()));
    return socket;
  }
}

/** One side of a connection: a real socket in a namespace. What they do is said in agent.py. */
export class LabSocket {
  readonly agent: Agent;
  readonly #handle: number;
  #received = 0;

  constructor(agent: Agent, handle: number) {
    this.agent = agent;
    this.#handle = handle;
  }

  send(size: number): Promise<void> {
    return this.#ask("send", { size });
  }

  /** Sends until the kernel takes no more. */
  fill(): Promise<number> {
    return this.#ask("fill");
  }

  /** Reads `size` more bytes. */
  receive(size: number): Promise<void> {
    this.#received += size;
    return this.#ask("receive", { size: this.#received });
  }

  receiveEnd(): Promise<void> {
    return this.#ask("receive_end");
  }

  /**
   * Waits for the RST that ends it.
   * @throws Error when it ends otherwise: what was to be done was not done.
   */
  async reset(patience = 12): Promise<void> {
    const end = await this.gone(patience);
    if (end !== "ECONNRESET" && end !== "EPIPE") throw new Error(`reset: met '${end}'`);
  }

  /** Waits for the end, whatever it is: an errno's name, '' for a FIN. */
  gone(patience = 30): Promise<string> {
    return this.#ask("gone", { patience });
  }

  end(): Promise<void> {
    return this.#ask("end");
  }

  close(): Promise<void> {
    return this.#ask("close");
  }

  abort(): Promise<void> {
    return this.#ask("abort");
  }

  disconnect(): Promise<void> {
    return this.#ask("disconnect");
  }

  vanish(): Promise<void> {
    return this.#ask("vanish");
  }

  option(name: string, value: number): Promise<void> {
    return this.#ask("option", { name, value });
  }

  #ask<T = void>(op: string, fields: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return this.agent.ask<T>(op, { handle: this.#handle, ...fields });
  }
}
