import { setTimeout as sleep } from "node:timers/promises";
import type { Endpoint, Family, Random, Step } from "@hangup/lab";
import { SocketError, type Agent, type LabSocket, type Listener, type SocketOptions } from "./agent.ts";
import type { HostName, Network } from "./network.ts";
import { NOT_ASKED, type Deed, type DeedAt, type Doing, type Vantage } from "./deed.ts";

/** One labelled connection. */
export interface Label {
  readonly scenario: string;
  readonly family: Family;
  at: Readonly<Record<Vantage, Deed | null>>;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The captures that hold it, by vantage. */
  readonly captures: Readonly<Record<Vantage, HostName | "path">>;
  /** Nothing of it was sent before: seconds since 1970. */
  readonly from: number;
}

/** What all stages of a take share: listeners, ports, labels. */
export interface Theatre {
  readonly network: Network;
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly ports: readonly number[];
  readonly closedPorts: readonly number[];
  readonly labels: Label[];
  /** One for a client that no other connection has, above those of servers. */
  nextPort(): number;
  nextServerPort(): number;
}

export interface Opened {
  readonly c: LabSocket;
  readonly s: LabSocket;
}

export interface OpenOptions {
  readonly client?: Endpoint;
  readonly server?: Endpoint;
  readonly clientOptions?: SocketOptions;
  readonly at?: DeedAt;
}

/** Longer than Linux's delayed ACK (40 ms), beyond what the path takes. */
const QUIET_MS = 60;

/** What a scenario has in its hands: two hosts, the routers between them, and a client port of its own. */
export class Stage {
  readonly network: Network;
  readonly family: Family;
  readonly random: Random;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly #name: string;
  readonly #doing: Doing;
  readonly #theatre: Theatre;
  readonly #labels: Label[] = [];

  constructor(theatre: Theatre, name: string, doing: Doing, family: Family, random: Random) {
    this.#theatre = theatre;
    this.#name = name;
    this.#doing = doing;
    this.network = theatre.network;
    this.family = family;
    this.random = random;
    this.client = this.newClient();
    this.server = { address: this.address("server", this.pick(USUAL_SERVERS)), port: this.pickOf(theatre.ports) };
    this.requestBytes = 80 + this.pick(700);
    this.answerBytes = 100 + this.pick(7_000);
  }

  /** 0 … n−1 */
  pick(n: number): number {
    return Math.floor(this.random() * n);
  }

  pickOf<T>(list: readonly T[]): T {
    return list[this.pick(list.length)];
  }

  /** One of the client's usual addresses with a port that no other connection has. */
  newClient(address = this.address("client", this.pick(USUAL_CLIENTS))): Endpoint {
    return { address, port: this.#theatre.nextPort() };
  }

  address(host: HostName, nth: number): string {
    return this.network.address(this.family, host, nth);
  }

  /** A port for a listener of one's own. */
  newPort(): number {
    return this.#theatre.nextServerPort();
  }

  /** Where nobody listens, at the server chosen. */
  closedPort(): Endpoint {
    return { address: this.server.address, port: this.pickOf(this.#theatre.closedPorts) };
  }

  get ports(): readonly number[] {
    return this.#theatre.ports;
  }

  get closedPorts(): readonly number[] {
    return this.#theatre.closedPorts;
  }

  agent(name: Parameters<Network["agent"]>[0]): Agent {
    return this.network.agent(name);
  }

  pause(ms: number): Promise<void> {
    return sleep(ms);
  }

  /** Until what is under way has arrived and has been acknowledged, on a path that loses nothing. */
  quiet(): Promise<void> {
    const { delay_ms: delay, jitter_ms: jitter } = this.network.setting.path;
    return sleep(2 * (delay + jitter) + QUIET_MS);
  }

  /** Notes a connection. */
  label(
    client: Endpoint,
    server: Endpoint,
    { at = {}, hosts = {} }: { at?: DeedAt; hosts?: { client?: HostName; server?: HostName } } = {},
  ): Label {
    const { deed, at: usual = {} } = this.#doing;
    const label: Label = {
      scenario: this.#name,
      family: this.family,
      at: { client: deed, middle: deed, server: deed, ...usual, ...at },
      client,
      server,
      captures: { client: hosts.client ?? "client", middle: "path", server: hosts.server ?? "server" },
      from: Date.now() / 1000,
    };
    this.#theatre.labels.push(label);
    this.#labels.push(label);
    return label;
  }

  /** It did not go as planned: nothing is known of its connections, so nothing is asked. */
  forget(): void {
    for (const label of this.#labels) label.at = { ...label.at, ...NOT_ASKED };
  }

  /** A connection between client and server, made and labelled. */
  async open({ client = this.client, server = this.server, clientOptions, at }: OpenOptions = {}): Promise<Opened> {
    this.label(client, server, { at });
    const accepted = this.#theatre.listeners.get(`${server.address} ${server.port}`)!.from(client);
    const c = await this.agent("client").connect(client, server, { options: clientOptions });
    // On a path that loses segments the server may learn of it later.
    return { c, s: await accepted };
  }

  /** One that has exchanged a request and its answer. */
  async opened(options: OpenOptions = {}): Promise<Opened> {
    const pair = await this.open(options);
    await this.exchange(pair);
    return pair;
  }

  async exchange({ c, s }: Opened): Promise<void> {
    await c.send(this.requestBytes);
    await s.receive(this.requestBytes);
    await s.send(this.answerBytes);
    await c.receive(this.answerBytes);
  }

  /** Both say goodbye, the client first. */
  async finish({ c, s }: Opened): Promise<void> {
    await c.end();
    await s.receiveEnd();
    await s.close();
    await c.receiveEnd();
    await c.close();
  }

  /** Both sides do the steps of a scenario that is written so; `hold`s of both are passed together. */
  async play(client: readonly Step[], server: readonly Step[], pair?: Opened): Promise<void> {
    const { c, s } = pair ?? (await this.open());
    let arrived = 0;
    const both = Promise.withResolvers<void>();
    const hold = async (): Promise<void> => {
      if (++arrived === 2) setTimeout(() => both.resolve(), 2 * QUIET_MS);
      await both.promise;
    };
    await Promise.all([runSteps(c, client, hold), runSteps(s, server, hold)]);
  }

  /** The errno that it met, '' for none. */
  async error(work: Promise<unknown>): Promise<string> {
    try {
      await work;
      return "";
    } catch (error) {
      if (error instanceof SocketError) return error.code;
      throw error;
    }
  }
}

/** Addresses below these take whatever comes; those above are for scenarios that need one of their own. */
export const USUAL_CLIENTS = 8;
export const USUAL_SERVERS = 4;

async function runSteps(socket: LabSocket, steps: readonly Step[], hold: () => Promise<void>): Promise<void> {
  for (const [name, amount = 0] of steps as readonly (readonly [Step[0], number?])[]) {
    if (name === "send") await socket.send(amount);
    else if (name === "receive") await socket.receive(amount);
    else if (name === "receive_end") await socket.receiveEnd();
    else if (name === "wait") await sleep(amount);
    else if (name === "end") await socket.end();
    else if (name === "abort") return socket.abort();
    else if (name === "close") return socket.close();
    else if (name === "gone") await socket.reset();
    else await hold();
  }
  await socket.close();
}
