import { ACK, RST, type Shot } from "../agent.ts";
import { did, only, type Deed, type DeedAt } from "../deed.ts";
import type { Scenario } from "../scenario.ts";
import type { Opened, Stage } from "../stage.ts";

const unknown = did("reset", "no_connection");
const blocked = did("reset", "filter_block", "injected", "firewall_reset");
const forged = did("reset", "injected", "firewall_reset", "filter_block");
/** A filter whose packets start with the host's own TTL, one hop from it, looks like the host. */
const filtered = did("reset", "firewall_reset", "injected", "filter_block", "no_connection");

/** Filtering software at a router reads the client's request and fires; the server answers it all the same. */
function onRequest(router: "r1" | "r2", at: DeedAt, shots: (stage: Stage) => readonly Shot[]): Scenario {
  return {
    deed: blocked,
    at,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await stage.agent(router).ambush(stage.client, stage.server, "payload", shots(stage));
      await c.send(stage.requestBytes);
      await stage.error(s.receive(stage.requestBytes));
      // Whoever reads along is quicker than a server that works for its answer.
      await stage.pause(40);
      if ((await stage.error(s.send(stage.answerBytes))) === "") await s.reset();
      await c.reset();
    },
  };
}

/** What a forger's segments carry that the claimed sender's do not: no host here begins with such a TTL. */
const foreign = (stage: Stage) => ({ ttl: 75 + stage.pick(40), ip_id: 1 + stage.pick(65_000) });
const seenOnlyAtClient: DeedAt = { middle: unknown, server: unknown };
const seenUpToTheMiddle: DeedAt = { server: unknown };

/** A filter at a router refuses a connection that it let in. `direction`: whose segments it catches. */
function caught(router: "r1" | "r2", direction: "up" | "down", at: DeedAt): Scenario {
  return {
    deed: filtered,
    at,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await stage.quiet();
      await stage.network.filter(router, "reset", direction, stage.client.port);
      const sender = direction === "up" ? c : s;
      await sender.send(400);
      await sender.reset();
      await stage.quiet();
    },
  };
}

/** Later, in the middle of an exchange, out of the blue. */
function outOfTheBlue(
  router: "r1" | "r2",
  deed: Deed,
  at: DeedAt,
  shots: (stage: Stage) => readonly Shot[],
  after: (pair: Opened, stage: Stage) => Promise<unknown>,
): Scenario {
  return {
    deed,
    at,
    run: async (stage) => {
      const pair = await stage.opened();
      await stage.pause(1_500);
      await stage.exchange(pair);
      await stage.quiet();
      await stage.agent(router).forge(stage.client, stage.server, shots(stage));
      await after(pair, stage);
    },
  };
}

function toTheServer(flags: number): Scenario {
  return outOfTheBlue(
    "r1",
    forged,
    { client: unknown },
    (stage) => [{ as: "a", flags, ...foreign(stage) }],
    async ({ c }, stage) => {
      await stage.quiet();
      await c.send(700);
      await c.reset();
    },
  );
}

/** A third party sent the RST. */
export const THIRD_PARTY_SCENARIOS: Readonly<Record<string, Scenario>> = {
  blocked_at_1_once: onRequest("r1", seenOnlyAtClient, (stage) => [{ as: "b", flags: RST | ACK, ...foreign(stage) }]),
  blocked_at_2_once: onRequest("r2", seenUpToTheMiddle, (stage) => [{ as: "b", flags: RST | ACK, ...foreign(stage) }]),
  blocked_at_2_bare: onRequest("r2", seenUpToTheMiddle, (stage) => [{ as: "b", flags: RST, ...foreign(stage) }]),
  blocked_at_2_burst: onRequest("r2", seenUpToTheMiddle, (stage) => {
    const mark = foreign(stage);
    return [
      { as: "b", flags: RST | ACK, ...mark },
      { as: "b", flags: RST | ACK, seq: 1_460, ...mark, ip_id: mark.ip_id + 1 },
      { as: "b", flags: RST | ACK, seq: 4_380, ...mark, ip_id: mark.ip_id + 2 },
    ];
  }),
  blocked_at_1_both: onRequest(
    "r1",
    {
      middle: did("reset", "injected", "firewall_reset", "filter_block", "app_abort"),
      server: did("reset", "injected", "firewall_reset", "filter_block", "app_abort"),
    },
    (stage) => [
      { as: "b", flags: RST | ACK, ...foreign(stage) },
      { as: "a", flags: RST | ACK, ...foreign(stage) },
    ],
  ),
  blocked_with_the_server_s_ttl: {
    ...onRequest("r2", seenUpToTheMiddle, () => [{ as: "b", flags: RST | ACK, ip_id: 7 }]),
    // What betrays it is only that the server goes on, which SYN, FIN and RST do not show.
    deed: {
      ...blocked,
      in: { flags: did("reset", "filter_block", "injected", "firewall_reset", "unread_data_close", "app_abort") },
    },
  },

  caught_at_1_from_client: caught("r1", "up", only(filtered, "client")),
  caught_at_2_from_client: caught("r2", "up", { server: null }),
  caught_at_2_from_server: caught("r2", "down", { client: null, middle: null }),
  caught_at_1_from_server: caught("r1", "down", { client: null }),

  forged_to_the_client: outOfTheBlue(
    "r2",
    forged,
    { server: unknown },
    (stage) => [{ as: "b", flags: RST | ACK, ...foreign(stage) }],
    async ({ s }, stage) => {
      await stage.quiet();
      await s.send(700);
      await s.reset();
    },
  ),
  forged_to_the_server: toTheServer(RST | ACK),
  // The same as a filter's own, on the wire.
  forged_to_the_server_bare: toTheServer(RST),
  forged_to_both_when_idle: outOfTheBlue(
    "r2",
    { ...did("reset", "middlebox_idle_reset", "firewall_reset"), also: ["injected"] },
    {},
    (stage) => [
      { as: "b", flags: RST, ...foreign(stage) },
      { as: "a", flags: RST, ...foreign(stage) },
    ],
    async ({ c, s }) => {
      await Promise.all([c.reset(), s.reset()]);
    },
  ),
  forged_in_vain: outOfTheBlue(
    // Outside of the window: the client asks back, and the connection goes on.
    "r2",
    did("fin", "fin_client_first"),
    {},
    (stage) => [{ as: "b", flags: RST, seq: 3_000_000, ...foreign(stage) }],
    async (pair, stage) => {
      await stage.exchange(pair);
      await stage.finish(pair);
    },
  ),
  two_answers: {
    deed: { ...did("reset", "injected"), in: { late: null } },
    at: {
      middle: did("reset", "client_cancelled_handshake", "no_connection"),
      server: did("reset", "client_cancelled_handshake", "no_connection"),
    },
    run: async (stage) => {
      const { client, server } = stage;
      stage.label(client, server);
      await stage
        .agent("r1")
        .ambush(client, server, "syn", [{ as: "b", flags: RST | ACK, zero_seq: true, ...foreign(stage) }]);
      await stage.error(stage.agent("client").connect(client, server));
      await stage.quiet();
    },
  },
};
