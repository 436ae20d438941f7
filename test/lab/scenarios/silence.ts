import { ACK, SYN, type LabSocket } from "../agent.ts";
import { did, NOT_ASKED, only, type Deed } from "../deed.ts";
import type { Scenario } from "../scenario.ts";
import type { Opened, Stage } from "../stage.ts";

const unanswered = did("timeout", "syn_unanswered");
const unfinished = did("timeout", "synack_unanswered");
const open = did("open", "");
const repeated: Deed = { ...did("timeout", "retransmission_timeout"), in: { flags: open } };
const finRepeated = did("timeout", "retransmission_timeout");

/** From the first sending to the fifth it takes 3 s at Linux's shortest timeout (200 ms, doubled each time), and more on a bad path. */
export const FIVE_TRIES_MS = 14_000;

/** From now on nothing passes router 2, either way. */
async function cut(stage: Stage): Promise<void> {
  await stage.network.filter("r2", "drop", "up", stage.client.port);
  await stage.network.filter("r2", "drop", "down", stage.client.port);
}

/** Data goes into a hole until its sender has said it often enough. Whoever forgets it then says nothing. */
function intoTheHole(deed: Deed, at: Scenario["at"], send: (pair: Opened) => Promise<unknown>): Scenario {
  return {
    deed,
    at,
    run: async (stage) => {
      const pair = await stage.opened();
      await stage.quiet();
      await cut(stage);
      await send(pair);
      await stage.pause(FIVE_TRIES_MS);
      await Promise.all([pair.c.vanish(), pair.s.vanish()]);
    },
  };
}

/** Nobody ended it: somebody fell silent. */
export const SILENCE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  syn_into_a_hole: {
    deed: unanswered,
    at: only(unanswered, "client", "middle"),
    run: async (stage) => {
      const server = { address: stage.network.nobody(stage.family, "hole"), port: 443 };
      stage.label(stage.client, server);
      await stage.error(stage.agent("client").connect(stage.client, server, { patience: 4 }));
    },
  },
  syn_dropped_at_1: synDropped("r1"),
  syn_dropped_at_2: synDropped("r2"),
  one_syn_dropped: {
    deed: unanswered,
    at: only(unanswered, "client"),
    run: async (stage) => {
      await stage.network.filter("r1", "drop", "up", stage.client.port);
      stage.label(stage.client, stage.server);
      await stage.error(stage.agent("client").connect(stage.client, stage.server, { patience: 0.9 }));
    },
  },
  synack_dropped_at_1: {
    deed: unanswered,
    at: { middle: unfinished, server: unfinished },
    run: async (stage) => {
      await stage.network.filter("r1", "synack", "down", stage.client.port);
      stage.label(stage.client, stage.server);
      await stage.error(stage.agent("client").connect(stage.client, stage.server, { patience: 8 }));
    },
  },
  syn_without_a_host: {
    // A SYN with a borrowed address, as a flood has them: its owner never hears of it.
    deed: unfinished,
    at: { client: unanswered },
    run: async (stage) => {
      await stage.network.filter("r1", "synack", "down", stage.client.port);
      stage.label(stage.client, stage.server);
      const seq = stage.pick(2 ** 31);
      await stage
        .agent("client")
        .raw({ source: stage.client, to: stage.server, seq, ack: 0, flags: SYN, window: 64_000 });
      await stage.pause(8_000);
    },
  },
  overflow_in_silence: {
    // After a minute the server forgets it, and the client's next try meets nobody.
    deed: did(["timeout", "reset"], "listen_overflow", "synack_unanswered"),
    lane: "overflow",
    run: async (stage) => {
      const server = { address: stage.address("server", 10), port: stage.newPort() };
      const clients = await crowd(stage, server, "server");
      await Promise.all(clients.map((client) => stage.error(client.send(300))));
      await stage.pause(FIVE_TRIES_MS);
    },
  },
  peer_gone_client_sends: intoTheHole(repeated, { server: open }, ({ c }) => c.send(500)),
  peer_gone_server_sends: intoTheHole(repeated, { client: open, middle: open }, ({ s }) => s.send(500)),
  peer_gone_client_closes: intoTheHole(finRepeated, { server: open }, ({ c }) => c.end()),
  peer_gone_server_closes: intoTheHole(finRepeated, { client: open, middle: open }, ({ s }) => s.end()),
  icmp_while_repeating: {
    deed: repeated,
    at: { server: open },
    run: async (stage) => {
      const { c } = await stage.opened();
      await stage.quiet();
      await stage.network.filter("r2", "host", "up", stage.client.port);
      await c.send(400);
      await stage.pause(FIVE_TRIES_MS);
      await c.vanish();
    },
  },
  user_timeout: {
    deed: repeated,
    at: { server: open },
    run: async (stage) => {
      const { c } = await stage.opened({ clientOptions: { user_timeout: 7_000 } });
      await stage.quiet();
      await cut(stage);
      await c.send(400);
      await c.gone();
    },
  },
  window_shut_then_silence: {
    // The server probes a window that the client has shut, and then the client is gone.
    deed: repeated,
    at: { client: open, middle: open },
    run: async (stage) => {
      const { c, s } = await stage.open({ clientOptions: { receive_buffer: 4_096 } });
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await s.fill();
      await stage.pause(800);
      await cut(stage);
      await stage.pause(FIVE_TRIES_MS + 6_000);
      await c.vanish();
    },
  },
  one_side_closed: {
    deed: did("timeout", "half_close_abandoned"),
    early: true,
    run: async (stage) => {
      const { c } = await stage.opened();
      await c.end();
    },
  },
  idle: {
    deed: open,
    early: true,
    run: async (stage) => {
      await stage.opened();
    },
  },
};

function synDropped(router: "r1" | "r2"): Scenario {
  return {
    deed: unanswered,
    at: only(unanswered, ...(router === "r1" ? (["client"] as const) : (["client", "middle"] as const))),
    run: async (stage) => {
      await stage.network.filter(router, "drop", "up", stage.client.port);
      stage.label(stage.client, stage.server);
      await stage.error(stage.agent("client").connect(stage.client, stage.server, { patience: 4 }));
    },
  };
}

/**
 * Eight clients for a listener whose queue holds five and that accepts none: four fill all of it but one place, of four more at
 * once one takes that, and the final ACKs of the others meet a full queue. (A SYN that comes later is dropped itself.)
 */
export async function crowd(
  stage: Stage,
  server: { address: string; port: number },
  host: "server" | "server2",
): Promise<LabSocket[]> {
  await stage.agent(host).listen(server, { backlog: 4 });
  const connect = () => stage.agent("client").connect(stage.newClient(), server, { patience: 3 });
  for (let i = 0; i < 4; i++) await connect();
  await stage.quiet();
  const late = Array.from({ length: 4 }, () => stage.newClient());
  const labels = late.map((client) => stage.label(client, server, { hosts: { server: host } }));
  const sockets = await Promise.all(
    late.map((client) => stage.agent("client").connect(client, server, { patience: 3 })),
  );
  // Which of them came in? The first whose final ACK arrived.
  const order = await Promise.all(late.map((client) => stage.agent(host).sight(client, server, ACK, SYN)));
  const winner = order.map(({ at }) => at).indexOf(Math.min(...order.map(({ at }) => at)));
  labels[winner].at = { ...labels[winner].at, ...NOT_ASKED };
  return sockets;
}
