import { SCENARIOS, type ScenarioName } from "@hangup/lab";
import { FIN } from "../agent.ts";
import { did, type Deed } from "../deed.ts";
import type { Scenario } from "../scenario.ts";

/** One that is written in steps, for the demo as well. */
export function inSteps(name: ScenarioName, deed: Deed, extra: Partial<Scenario> = {}): Scenario {
  const { client, server } = SCENARIOS[name];
  return {
    deed,
    run: (stage) =>
      stage.play(client(stage.requestBytes, stage.answerBytes), server(stage.requestBytes, stage.answerBytes)),
    ...extra,
  };
}

const clientFirst = did("fin", "fin_client_first");
const serverFirst = did("fin", "fin_server_first");

/** Both sides said goodbye. */
export const FIN_SCENARIOS: Readonly<Record<string, Scenario>> = {
  client_first: inSteps("client_first", clientFirst, { times: 6 }),
  server_first: inSteps("server_first", serverFirst, { times: 6 }),
  no_data: inSteps("no_data", clientFirst),
  simultaneous: {
    ...inSteps("simultaneous", did("fin", "fin_simultaneous")),
    run: async (stage) => {
      const pair = await stage.opened();
      await stage.quiet();
      await Promise.all([pair.c.end(), pair.s.end()]);
      await stage.quiet();
      // A machine that is busy may keep one of them back until it has heard the other.
      const [c, s] = await Promise.all([
        stage.agent("client").sight(stage.client, stage.server, FIN),
        stage.agent("server").sight(stage.server, stage.client, FIN),
      ]);
      if (c.ack === s.end || s.ack === c.end) throw new Error("the FINs did not cross");
    },
  },
  half_close: inSteps("half_close", did("fin", "half_close", "fin_client_first")),
  half_close_by_server: {
    deed: did("fin", "half_close", "fin_server_first"),
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await s.end();
      await c.receiveEnd();
      await c.send(3_000);
      await stage.quiet();
      await c.send(2_000);
      await stage.quiet();
      await c.end();
      await s.receiveEnd();
    },
  },
  data_on_the_fin: {
    deed: serverFirst,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await s.option("cork", 1);
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await s.send(300);
      await s.close();
      await c.receiveEnd();
      await c.close();
    },
  },
  many_requests: {
    deed: serverFirst,
    times: 2,
    run: async (stage) => {
      const pair = await stage.open();
      for (let i = 0; i < 5; i++) {
        await stage.exchange(pair);
        await stage.pause(50 + stage.pick(900));
      }
      await pair.s.end();
      await pair.c.receiveEnd();
      await pair.c.close();
    },
  },
  bulk_download: {
    deed: serverFirst,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await Promise.all([s.send(150_000), c.receive(150_000)]);
      await s.end();
      await c.receiveEnd();
      await c.close();
    },
  },
  bulk_upload: {
    deed: clientFirst,
    run: async (stage) => {
      const pair = await stage.open();
      await Promise.all([pair.c.send(150_000), pair.s.receive(150_000)]);
      await pair.s.send(100);
      await pair.c.receive(100);
      await stage.finish(pair);
    },
  },
  idle_without_a_byte: {
    // Opened ahead of need and never used: the server's patience ends. Nobody was turned away.
    deed: serverFirst,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await stage.pause(9_500 + stage.pick(2_000));
      await s.end();
      await c.receiveEnd();
      await c.close();
    },
  },
  turned_away_by_fin: {
    deed: did("fin", "access_denied", "fin_server_first"),
    run: async (stage) => {
      const { c, s } = await stage.open();
      await s.close();
      await c.receiveEnd();
      await c.close();
    },
  },
  same_port_again: {
    deed: clientFirst,
    run: async (stage) => {
      const first = await stage.opened();
      await stage.finish(first);
      // The client's port waits in TIME-WAIT: a client that closes last may take its port again.
      const client = stage.newClient();
      for (let i = 0; i < 2; i++) {
        const label = await stage.opened({ client, at: sameEverywhere(serverFirst) });
        await label.s.end();
        await label.c.receiveEnd();
        await label.c.close();
        await stage.pause(1_500);
      }
    },
  },
};

export function sameEverywhere(deed: Deed) {
  return { client: deed, middle: deed, server: deed };
}
