import { existsSync } from "node:fs";
import {
  addNamespaces,
  ipBatch,
  namespacePrefix,
  removeLeftovers,
  removeNamespaces,
  setKernelParameters,
} from "./namespaces.ts";
import { SCENARIOS, type Scenario, type ScenarioName, type Truth } from "./scenarios.ts";
import {
  CAPTURE_INTERFACE,
  clientAddress,
  clientLines,
  HOST_INTERFACE,
  routerLines,
  serverAddress,
  serverLines,
  silentAddress,
  type Family,
} from "./topology.ts";
import { CANCEL_MS, playTrick, trickAddress } from "./tricks.ts";
import { Worker } from "./worker.ts";
import type { Endpoint } from "./worker-protocol.ts";

/** Where a capture can be taken: `ip netns exec NETNS tcpdump -i INTERFACE`. */
export interface CapturePoint {
  readonly netns: string;
  readonly interface: string;
}

export interface LabOptions {
  /** Lower-case letters and digits; part of the namespaces' names. */
  readonly name: string;
  /** Hosts behind the router; 2 unless told. */
  readonly servers?: number;
  /** Ports on which every server listens; 443 and 8080 unless told. */
  readonly ports?: readonly number[];
}

/** One connection to be made. */
export interface Plan {
  readonly scenario: ScenarioName;
  /** Which server, from 0. */
  readonly server: number;
  /** One of the lab's ports; for `refused` any other. */
  readonly port: number;
  readonly family: Family;
  /** Which of the client's addresses, from 0; any number. */
  readonly client: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
}

/** One connection that was made: its addresses and what the wire must show. */
export interface Ending {
  readonly scenario: ScenarioName;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly truth: Truth;
}

export interface Lab {
  readonly families: readonly Family[];
  readonly servers: number;
  readonly ports: readonly number[];
  /** Between client and servers: sees every packet. */
  readonly middle: CapturePoint;
  readonly client: CapturePoint;
  server(index: number): CapturePoint;
  /** Makes one connection and waits for its end; rejects when it did not go as the scenario says. */
  run(plan: Plan): Promise<Ending>;
  /** Ends the workers and removes the namespaces. */
  destroy(): Promise<void>;
}

const FIRST_CLIENT_PORT = 20_000;
const LAST_CLIENT_PORT = 60_999;
/** Two SYN retransmissions (after 1 s and 3 s) fit in. */
const SILENCE_MS = 3_500;
const CONNECT_MS = 10_000;

/**
 * Makes the namespaces, links, routes and workers.
 * @throws HangupError HANGUP_NO_NAMESPACES, HANGUP_MISSING_TOOL.
 */
export async function createLab({ name, servers = 2, ports = [443, 8080] }: LabOptions): Promise<Lab> {
  removeLeftovers();
  const prefix = namespacePrefix(name);
  const clientNamespace = `${prefix}client`;
  const router = `${prefix}router`;
  const serverNamespaces = Array.from({ length: servers }, (_, server) => `${prefix}server${server + 1}`);
  const all = [router, clientNamespace, ...serverNamespaces];
  const families: readonly Family[] = existsSync("/proc/net/if_inet6") ? [4, 6] : [4];
  const workers: Worker[] = [];

  const removeNow = (): void => removeNamespaces(all);
  process.once("exit", removeNow);
  const destroy = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
    removeNow();
    process.off("exit", removeNow);
  };

  try {
    await addNamespaces(all);
    await Promise.all(
      all.map((namespace) =>
        setKernelParameters(namespace, kernelParameters(families, namespace === router, namespace === clientNamespace)),
      ),
    );
    await ipBatch(router, routerLines(families, clientNamespace, serverNamespaces));
    await ipBatch(clientNamespace, clientLines(families));
    await Promise.all(serverNamespaces.map((namespace, server) => ipBatch(namespace, serverLines(families, server))));
    workers.push(...[clientNamespace, ...serverNamespaces].map((namespace) => new Worker(namespace)));
    const [clientWorker, ...serverWorkers] = workers;
    await Promise.all(serverWorkers.map((worker, server) => listenOn(worker, server, families, ports)));
    const lab = new RunningLab(clientWorker, serverWorkers, router, serverNamespaces);
    return {
      families,
      servers,
      ports,
      middle: { netns: router, interface: CAPTURE_INTERFACE },
      client: { netns: clientNamespace, interface: HOST_INTERFACE },
      server: (index) => ({ netns: serverNamespaces[index], interface: HOST_INTERFACE }),
      run: (plan) => lab.run(plan),
      destroy,
    };
  } catch (error) {
    await destroy();
    throw error;
  }
}

/** The router forwards; the client answers no ARP, so that the router can be made to forget it (topology.ts); nobody checks for duplicate addresses, which would leave IPv6 mute for its first second. */
function kernelParameters(families: readonly Family[], forwards: boolean, hides: boolean): Record<string, string> {
  return {
    "net/ipv4/conf/all/arp_ignore": hides ? "8" : "0",
    "net/ipv4/ip_forward": forwards ? "1" : "0",
    ...(families.includes(6)
      ? { "net/ipv6/conf/default/accept_dad": "0", "net/ipv6/conf/all/forwarding": forwards ? "1" : "0" }
      : {}),
  };
}

async function listenOn(
  worker: Worker,
  server: number,
  families: readonly Family[],
  ports: readonly number[],
): Promise<void> {
  for (const family of families) {
    for (const port of ports) {
      const at = { address: serverAddress(family, server), port };
      const { error } = await worker.ask({ op: "listen", at, fallback: [["receive_end"], ["end"]] });
      if (error !== "") throw new Error(`the lab's server cannot listen on ${at.address} port ${port}: ${error}`);
    }
  }
}

class RunningLab {
  readonly #client: Worker;
  readonly #servers: readonly Worker[];
  readonly #serverNamespaces: readonly string[];
  #nextPort = FIRST_CLIENT_PORT;
  readonly #router: string;
  /** The end of the last trick that waits for its turn. */
  #tricks: Promise<unknown> = Promise.resolve();

  constructor(client: Worker, servers: readonly Worker[], router: string, serverNamespaces: readonly string[]) {
    this.#client = client;
    this.#servers = servers;
    this.#router = router;
    this.#serverNamespaces = serverNamespaces;
  }

  async run(plan: Plan): Promise<Ending> {
    const scenario: Scenario = SCENARIOS[plan.scenario];
    const { family, port } = plan;
    const { trick, target, truth } = scenario;
    const client = {
      address: trick === undefined ? clientAddress(family, plan.client) : trickAddress(trick, family),
      port: this.#clientPort(),
    };
    const address = target === "silent" ? silentAddress(family, plan.server) : serverAddress(family, plan.server);
    const ending: Ending = { scenario: plan.scenario, client, server: { address, port }, truth };
    if (trick === undefined) await this.#connect(plan, ending);
    else {
      const stage = {
        client,
        family,
        clientWorker: this.#client,
        serverWorker: this.#servers[plan.server],
        serverNamespace: this.#serverNamespaces[plan.server],
        router: this.#router,
      };
      const turn = this.#tricks.then(() => playTrick(trick, stage, () => this.#connect(plan, ending)));
      this.#tricks = turn.catch(() => undefined);
      await turn;
    }
    return ending;
  }

  async #connect(plan: Plan, { client, server }: Ending): Promise<void> {
    const scenario: Scenario = SCENARIOS[plan.scenario];
    const serverWorker = this.#servers[plan.server];
    const served = scenario.target === "open" && scenario.trick !== "delay_synack";
    if (served) {
      await serverWorker.ask({ op: "announce", client, steps: scenario.server(plan.requestBytes, plan.answerBytes) });
    }
    const steps = scenario.client(plan.requestBytes, plan.answerBytes);
    const outcome = await this.#client.ask({ op: "connect", client, server, steps, patienceMs: patienceOf(scenario) });
    if (!scenario.clientErrors.includes(outcome.error)) {
      throw new Error(
        `lab: ${plan.scenario} from ${client.address} port ${client.port} to ${server.address} port ${server.port} ` +
          `met '${outcome.error}' after ${outcome.done} steps`,
      );
    }
    if (served) await serverWorker.ask({ op: "served", client });
  }

  #clientPort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === LAST_CLIENT_PORT ? FIRST_CLIENT_PORT : port + 1;
    return port;
  }
}

function patienceOf({ target, trick }: Scenario): number {
  if (target === "silent") return SILENCE_MS;
  return trick === "delay_synack" ? CANCEL_MS : CONNECT_MS;
}
