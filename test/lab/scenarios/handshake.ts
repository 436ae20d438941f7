import { ACK, SYN } from "../agent.ts";
import { did } from "../deed.ts";
import type { Scenario } from "../scenario.ts";
import { sameEverywhere } from "./fin.ts";
import { crowd } from "./silence.ts";

const invalid = did("reset", "invalid_segment");
const clientFirst = did("fin", "fin_client_first");

/** It ended, or went astray, before the handshake was done. */
export const HANDSHAKE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  cancelled: {
    deed: did("reset", "client_cancelled_handshake"),
    times: 2,
    run: async (stage) => {
      stage.label(stage.client, stage.server);
      await stage.agent("client").cancel(stage.client, stage.server);
      await stage.quiet();
    },
  },
  overflow_with_reset: {
    deed: did("reset", "listen_overflow", "no_connection"),
    lane: "overflow",
    run: async (stage) => {
      await crowd(stage, { address: stage.address("server2", 1), port: stage.newPort() }, "server2");
    },
  },
  wrong_ack_to_the_synack: {
    // The client's own stack must not hear the SYN-ACK, or it would refuse it first.
    deed: invalid,
    run: async (stage) => {
      const { client, server } = stage;
      await stage.network.filter("r1", "synack", "down", client.port);
      stage.label(client, server);
      const seq = stage.pick(2 ** 31);
      await stage.agent("client").raw({ source: client, to: server, seq, ack: 0, flags: SYN, window: 64_000 });
      const synAck = await stage.agent("r2").sight(server, client, SYN | ACK);
      const ack = synAck.end + 100_000 + stage.pick(2 ** 30);
      await stage.agent("client").raw({ source: client, to: server, seq: seq + 1, ack, flags: ACK, window: 64_000 });
      await stage.quiet();
    },
  },
  wrong_synack: {
    // A SYN-ACK that acknowledges nothing the client sent: it is answered by RST, and the handshake goes on.
    deed: clientFirst,
    run: async (stage) => {
      await stage
        .agent("r1")
        .ambush(stage.client, stage.server, "syn", [
          { as: "b", flags: SYN | ACK, seq: stage.pick(2 ** 31), ack: 50_000 + stage.pick(2 ** 30), window: 8_000 },
        ]);
      await stage.finish(await stage.opened());
    },
  },
  half_open: {
    // The client's host forgot the connection, and its program connects again, by chance from the same port.
    deed: clientFirst,
    run: async (stage) => {
      const client = stage.newClient();
      const old = await stage.opened({ client, at: sameEverywhere(did("reset", "unexpected_syn")) });
      await stage.quiet();
      await old.c.vanish();
      await stage.pause(300);
      await stage.finish(await stage.opened({ client }));
    },
  },
  slow_start: {
    // The first SYN is lost: the second opens it.
    deed: clientFirst,
    run: async (stage) => {
      await stage.network.filter("r1", "drop", "up", stage.client.port);
      const pair = stage.opened();
      await stage.pause(500);
      await stage.network.unfilter("r1", "drop", "up", stage.client.port);
      await stage.finish(await pair);
    },
  },
  synack_nobody_asked_for: {
    deed: did("reset", "no_connection"),
    run: async (stage) => {
      const { client, server } = stage;
      stage.label(client, server);
      const seq = stage.pick(2 ** 31);
      const ack = stage.pick(2 ** 31);
      await stage.agent("server").raw({ source: server, to: client, seq, ack, flags: SYN | ACK, window: 8_000 });
      await stage.quiet();
    },
  },
};
