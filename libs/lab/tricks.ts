import { setTimeout as sleep } from "node:timers/promises";
import { ipBatch } from "./namespaces.ts";
import type { Trick } from "./scenarios.ts";
import { delayedAddress, forgetRoute, forgottenAddress, holdNeighbour, type Family } from "./topology.ts";
import type { Endpoint } from "./worker-protocol.ts";
import type { Worker } from "./worker.ts";

/** Whom and what a trick is played on. */
export interface Stage {
  readonly client: Endpoint;
  readonly family: Family;
  readonly clientWorker: Worker;
  readonly serverWorker: Worker;
  readonly serverNamespace: string;
  readonly router: string;
}

/** Longer than Linux's delayed ACK (40 ms). */
const QUIET_MS = 60;
/** How long a client waits for a SYN-ACK that is kept back. */
export const CANCEL_MS = 60;

/** The client address that a trick may do its mischief to, without disturbing others. */
export function trickAddress(trick: Trick, family: Family): string {
  return trick === "forget" ? forgottenAddress(family) : delayedAddress();
}

/** Plays the trick while `connect` runs. Tricks take turns: they share addresses. */
export async function playTrick<T>(trick: Trick, stage: Stage, connect: () => Promise<T>): Promise<T> {
  if (trick === "delay_synack") {
    await ipBatch(stage.router, [holdNeighbour("hold")]);
    try {
      return await connect();
    } finally {
      await ipBatch(stage.router, [holdNeighbour("release")]);
    }
  }
  const [result] = await Promise.all([connect(), trick === "forget" ? forget(stage) : crossFins(stage)]);
  return result;
}

/**
 * The server's host loses the connection: while it has no route to the client, its program aborts the connection, and the
 * RST has nowhere to go. Then the route returns, and the client goes on to send into the void.
 */
async function forget(stage: Stage): Promise<void> {
  const { client, family, clientWorker, serverWorker, serverNamespace } = stage;
  await bothHold(stage);
  await ipBatch(serverNamespace, [forgetRoute("add", family)]);
  await serverWorker.ask({ op: "release", client });
  await serverWorker.ask({ op: "served", client });
  await ipBatch(serverNamespace, [forgetRoute("del", family)]);
  await clientWorker.ask({ op: "release", client });
}

/** The server's FIN waits in the router until the client's has passed it. */
async function crossFins(stage: Stage): Promise<void> {
  const { client, clientWorker, serverWorker, router } = stage;
  await bothHold(stage);
  await ipBatch(router, [holdNeighbour("hold")]);
  await serverWorker.ask({ op: "release", client });
  await sleep(10);
  await clientWorker.ask({ op: "release", client });
  await sleep(10);
  await ipBatch(router, [holdNeighbour("release")]);
}

async function bothHold({ client, clientWorker, serverWorker }: Stage): Promise<void> {
  await Promise.all([serverWorker.ask({ op: "held", client }), clientWorker.ask({ op: "held", client })]);
  await sleep(QUIET_MS);
}
