import type { Endpoint } from "@hangup/lab";
import { ACK, FIN, SYN, type LabSocket } from "../agent.ts";
import { did, NOT_ASKED, type Deed } from "../deed.ts";
import type { Scenario } from "../scenario.ts";
import type { Stage } from "../stage.ts";
import { sameEverywhere } from "./fin.ts";

/** A probe whose answer got lost is one that nobody answered. */
const scanned = did(["refused", "reset", "open", "timeout"], "port_scan", "syn_unanswered", "");

const closedByCrash: Deed = { ...did("fin", "process_crash"), also: ["fin_server_first"] };

/** Doors tried by one source, and what they may take: slower ones are no scan. */
const DOORS = 12;
const SCAN_MS = 9_000;

/** Every door is labelled, and tried by `knock`. */
function scan(knock: (stage: Stage, client: Endpoint, server: Endpoint) => Promise<unknown>): Scenario {
  return {
    deed: scanned,
    lane: "scan",
    run: async (stage) => {
      // An address that does nothing else: nobody may be called a scanner for another's deeds.
      const address = stage.address("client", 8 + stage.pick(10));
      const target = stage.address("server", 4 + stage.pick(4));
      const doors = [...stage.closedPorts, ...Array.from({ length: DOORS }, (_, i) => 1_100 + 7 * i)].slice(0, DOORS);
      const start = performance.now();
      for (const [i, port] of doors.entries()) {
        const client = stage.newClient(address);
        const server = { address: target, port };
        // Of a few doors it is asked, else scans outnumber all that is asked of.
        stage.label(client, server, i % 5 === 0 ? {} : { at: NOT_ASKED });
        await knock(stage, client, server);
        await stage.pause(20 + stage.pick(60));
      }
      if (performance.now() - start > SCAN_MS) throw new Error("too slow for a scan");
      await stage.pause(3_000);
    },
  };
}

const probe = (flags: number) => (stage: Stage, source: Endpoint, to: Endpoint) =>
  stage.agent("client").raw({
    source,
    to,
    seq: stage.pick(2 ** 31),
    ack: flags & ACK ? stage.pick(2 ** 31) : 0,
    flags,
    window: 1_024,
  });

/** What only many connections show. */
export const POPULATION_SCENARIOS: Readonly<Record<string, Scenario>> = {
  scan_by_connecting: scan((stage, client, server) =>
    stage.error(stage.agent("client").connect(client, server, { patience: 2 })),
  ),
  scan_by_syn: scan(probe(SYN)),
  scan_by_fin: scan(probe(FIN)),
  scan_by_nothing: scan(probe(0)),
  scan_by_xmas: scan(probe(FIN | 8 | 32)),
  scan_by_ack: scan(probe(ACK)),

  health_checks: {
    deed: did("reset", "probe_close", "app_abort"),
    lane: "health",
    run: async (stage) => {
      const address = stage.address("client", 30 + stage.pick(8));
      for (let i = 0; i < 5; i++) {
        const { c, s } = await stage.open({ client: stage.newClient(address) });
        await c.abort();
        await s.gone();
        await stage.pause(1_900);
      }
    },
  },

  crash_of_a_server: {
    // Those with unread data end by RST, the others by FIN, and then nobody listens.
    deed: { ...did("reset", "process_crash", "rst_instead_of_fin"), also: ["unread_data_close"] },
    lane: "crash",
    run: async (stage) => {
      const agent = stage.network.newAgent("server");
      const at = { address: stage.server.address, port: stage.newPort() };
      const listener = await agent.listen(at);
      const clients: LabSocket[] = [];
      for (let i = 0; i < 4; i++) {
        const client = stage.newClient();
        const unread = i % 2 === 0;
        stage.label(client, at, unread ? {} : { at: sameEverywhere(closedByCrash) });
        const [c, { socket: s }] = await Promise.all([stage.agent("client").connect(client, at), listener.accept()]);
        clients.push(c);
        await stage.exchange({ c, s });
        if (unread) await c.send(333);
      }
      await stage.quiet();
      await agent.die();
      await Promise.all(
        clients.map(async (c) => {
          await c.gone();
          await c.close();
        }),
      );
    },
  },
};
