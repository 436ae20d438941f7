import { did, only, type Deed } from "../deed.ts";
import type { Scenario } from "../scenario.ts";
import type { Filter } from "../network.ts";
import type { Stage } from "../stage.ts";
import type { Endpoint } from "@hangup/lab";

async function knock(stage: Stage, server: Endpoint): Promise<void> {
  stage.label(stage.client, server);
  await stage.error(stage.agent("client").connect(stage.client, server, { patience: 12 }));
}

/** A router answers the SYN: router 1 before the path, router 2 behind it. */
function filtered(router: "r1" | "r2", filter: Filter, deed: Deed, open: boolean): Scenario {
  return {
    deed,
    at: only(deed, ...(router === "r1" ? (["client"] as const) : (["client", "middle"] as const))),
    run: async (stage) => {
      await stage.network.filter(router, filter, "up", stage.client.port);
      await knock(stage, open ? stage.server : stage.closedPort());
    },
  };
}

const rejected = did("refused", "firewall_reject", "port_closed");
/** Without its ICMP error a SYN is one that nobody answered. */
const unreachable: Deed = {
  ...did("refused", "icmp_unreachable"),
  in: { flags: did(["timeout", "open"], "syn_unanswered", "") },
};

/** The SYN was answered by a RST or an ICMP error. */
export const REFUSED_SCENARIOS: Readonly<Record<string, Scenario>> = {
  port_closed: {
    deed: did("refused", "port_closed"),
    times: 4,
    run: (stage) => knock(stage, stage.closedPort()),
  },
  rejected_at_1: filtered("r1", "reset", rejected, false),
  rejected_at_2: filtered("r2", "reset", rejected, false),
  rejected_at_2_before_an_open_port: filtered("r2", "reset", rejected, true),
  host_unreachable_at_1: filtered("r1", "host", unreachable, true),
  prohibited_at_1: filtered("r1", "admin", unreachable, true),
  prohibited_at_2: filtered("r2", "admin", unreachable, true),
  port_unreachable_at_2: filtered("r2", "port", unreachable, true),
  nobody_there: {
    // The router asks for the host, and says so when nobody answers.
    deed: unreachable,
    at: only(unreachable, "client", "middle"),
    run: (stage) => knock(stage, { address: stage.network.nobody(stage.family, "absent"), port: 443 }),
  },
};
