import type { Endpoint } from "@hangup/lab";
import { ACK, FIN, type LabSocket } from "../agent.ts";
import { did, only, type Deed } from "../deed.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { FIVE_TRIES_MS } from "./silence.ts";

const unknown = did("reset", "no_connection");
const rebooted = did("reset", "host_reboot", "no_connection");
const forgotten = did("reset", "nat_expired", "no_connection", "firewall_reset");

const intoNothing: Deed = { ...did("timeout", "retransmission_timeout"), in: { flags: did("open", "") } };

/** A segment of no connection, made by hand, to an open port or to a closed one. */
function stray(flags: number, payload: number, open: boolean): Scenario {
  return {
    deed: unknown,
    run: async (stage) => {
      const to = open ? stage.server : stage.closedPort();
      stage.label(stage.client, to);
      const [seq, ack] = [stage.pick(2 ** 31), stage.pick(2 ** 31)];
      await stage.agent("client").raw({ source: stage.client, to, seq, ack, flags, payload, window: 500 });
      await stage.quiet();
    },
  };
}

/** A segment reached somebody who knows no such connection. */
export const NOBODY_SCENARIOS: Readonly<Record<string, Scenario>> = {
  forgotten_by_the_server: {
    deed: unknown,
    times: 2,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await stage.quiet();
      await s.vanish();
      await c.send(stage.requestBytes);
      await c.reset();
    },
  },
  forgotten_by_the_client: {
    deed: unknown,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await stage.quiet();
      await c.vanish();
      await s.send(stage.answerBytes);
      await s.reset();
    },
  },
  forgotten_and_closed: {
    deed: unknown,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await stage.quiet();
      await s.vanish();
      await c.end();
      await stage.quiet();
      await c.close();
    },
  },
  forgotten_and_probed: {
    deed: unknown,
    run: async (stage) => {
      const { c, s } = await stage.opened({
        clientOptions: { keepalive: 1, keepalive_idle: 1, keepalive_interval: 1 },
      });
      await s.vanish();
      await c.reset();
    },
  },
  stray_ack: stray(ACK, 0, true),
  stray_ack_to_a_closed_port: stray(ACK, 0, false),
  stray_data: stray(ACK, 120, true),
  stray_fin: stray(ACK | FIN, 0, false),

  reboot_of_a_server: {
    deed: rebooted,
    lane: "reboot",
    run: async (stage) => {
      const address = stage.address("server", 11 + stage.pick(10));
      const ports = [stage.newPort(), stage.newPort()];
      const agent = stage.agent("server");
      const listeners = await Promise.all(ports.map((port) => agent.listen({ address, port })));
      const pairs: { c: LabSocket; s: LabSocket }[] = [];
      for (let i = 0; i < 6; i++) {
        const listener = listeners[i % 2];
        const client = stage.newClient();
        stage.label(client, listener.at);
        const [c, { socket: s }] = await Promise.all([
          stage.agent("client").connect(client, listener.at),
          listener.accept(),
        ]);
        pairs.push({ c, s });
        await stage.exchange({ c, s });
      }
      await stage.quiet();
      await Promise.all([...pairs.map(({ s }) => s.vanish()), ...listeners.map((listener) => listener.close())]);
      await stage.pause(2_000);
      // One of its services comes back.
      const back = await agent.listen({ address, port: ports[0] });
      await Promise.all(
        pairs.map(async ({ c }) => {
          await stage.pause(stage.pick(400));
          await c.send(stage.requestBytes);
          await c.reset();
        }),
      );
      await back.close();
    },
  },
  reboot_of_a_client: {
    deed: rebooted,
    lane: "reboot",
    run: async (stage) => {
      const address = stage.address("client", 20 + stage.pick(8));
      const pairs: { c: LabSocket; s: LabSocket }[] = [];
      for (let i = 0; i < 5; i++) pairs.push(await stage.opened({ client: stage.newClient(address) }));
      await stage.quiet();
      await Promise.all(pairs.map(({ c }) => c.vanish()));
      await stage.pause(1_500);
      await Promise.all(
        pairs.map(async ({ s }) => {
          await s.send(stage.answerBytes);
          await s.reset();
        }),
      );
    },
  },
  nat_forgot_client_sends: {
    // The translator takes up the segment under another port, which nobody knows at the server.
    deed: forgotten,
    at: only(forgotten, "client"),
    lane: "nat",
    families: [4],
    run: async (stage) => {
      await stage.network.setParameters("nat", { "net/netfilter/nf_conntrack_tcp_loose": "1" });
      const { c } = await translated(stage);
      await stage.pause(NAT_PATIENCE_MS);
      await c.send(200);
      await c.reset();
    },
  },
  nat_forgot_server_sends: {
    // The translator takes the segment for its own.
    deed: forgotten,
    at: { client: did("open", ""), middle: null, server: null },
    lane: "nat",
    families: [4],
    run: async (stage) => {
      const { s, seenAs, at } = await translated(stage);
      stage.label(seenAs, at, { at: only(forgotten, "middle", "server") });
      await stage.pause(NAT_PATIENCE_MS);
      await s.send(200);
      await s.reset();
    },
  },
  nat_lets_through: {
    // A strict translator lets pass what it cannot place, as it is: the server does not know that address.
    deed: intoNothing,
    at: only(intoNothing, "client"),
    lane: "nat",
    families: [4],
    run: async (stage) => {
      await stage.network.setParameters("nat", { "net/netfilter/nf_conntrack_tcp_loose": "0" });
      const { c, client, at } = await translated(stage);
      await stage.pause(NAT_PATIENCE_MS);
      stage.label(client, at, { at: only(did("reset", "untranslated_segment", "no_connection"), "server") });
      await c.send(200);
      await stage.pause(FIVE_TRIES_MS);
      await c.vanish();
    },
  },
  nat_drops: natInvalid("drop", intoNothing),
  nat_rejects: natInvalid("reset", forgotten),
};

/** The translator forgets after 2 s. */
const NAT_PATIENCE_MS = 3_500;

function natInvalid(what: "drop" | "reset", deed: Deed): Scenario {
  return {
    deed,
    at: only(deed, "client"),
    lane: "nat",
    families: [4],
    run: async (stage) => {
      await stage.network.setParameters("nat", { "net/netfilter/nf_conntrack_tcp_loose": "0" });
      await stage.network.nft("nat", `add element inet lab invalid_${what} { ${stage.client.port} }`);
      const { c } = await translated(stage);
      await stage.pause(NAT_PATIENCE_MS);
      await c.send(200);
      if (what === "reset") await c.reset();
      else await stage.pause(FIVE_TRIES_MS);
      await c.vanish();
    },
  };
}

interface Translated {
  readonly c: LabSocket;
  readonly s: LabSocket;
  readonly client: Endpoint;
  readonly seenAs: Endpoint;
  readonly at: Endpoint;
}

/** A connection from behind the translator, to a listener of its own, since its port there is not known before. */
async function translated(stage: Stage): Promise<Translated> {
  await stage.network.setParameters("nat", { "net/netfilter/nf_conntrack_tcp_timeout_established": "2" });
  const at = { address: stage.server.address, port: stage.newPort() };
  const client = { address: stage.address("inner", 0), port: stage.client.port };
  const listener = await stage.agent("server").listen(at);
  stage.label(client, at, { hosts: { client: "inner" } });
  const [c, { socket: s, peer: seenAs }] = await Promise.all([
    stage.agent("inner").connect(client, at),
    listener.accept(),
  ]);
  await listener.close();
  await stage.exchange({ c, s });
  await stage.quiet();
  return { c, s, client, seenAs, at };
}
