import { CLIENT, type EndedConnection, type SideIndex } from "@hangup/connections";
import type { Evidence, EvidenceName } from "./evidence.ts";
import { onlySyn, repeater } from "./rules/silence.ts";
import type { Signs } from "./signs.ts";
import type { CauseDefinition, Kind } from "./taxonomy.ts";

type SideName = "client" | "server" | "";

/** What is said of an ended connection, until the next is judged; what not everybody asks is worked out when it is asked. */
export class Verdict {
  kind: Kind = "open";
  /** Of the cause; null for a connection that is open or whose end was not observed. */
  definition: CauseDefinition | null = null;
  confidence = 0;
  benign: boolean | null = false;
  /** The connection of which it is said. */
  connection: EndedConnection | null = null;
  readonly #signs: Signs;
  readonly #evidence: Evidence;

  constructor(signs: Signs, evidence: Evidence) {
    this.#signs = signs;
    this.#evidence = evidence;
  }

  /** A CauseName, or ''. */
  get cause(): string {
    return this.definition?.name ?? "";
  }
  get parent(): string {
    return this.definition?.parent ?? "";
  }
  get evidence(): readonly EvidenceName[] {
    return this.#evidence.names();
  }
  /** Who ended it: sender of the first FIN (fin) or the RST (reset, refused), the silent side (timeout). */
  get sender(): SideName {
    if (this.kind === "fin") return this.firstFinBy;
    if (this.kind === "reset" || this.kind === "refused") return this.firstRstBy;
    return this.kind === "timeout" && this.connection !== null ? silentSide(this.connection, this.cause) : "";
  }
  get firstFinBy(): SideName {
    return sideName(this.#signs.firstFin);
  }
  get firstRstBy(): SideName {
    return sideName(this.connection?.firstRst ?? null);
  }
}

function silentSide(c: EndedConnection, cause: string): SideName {
  if (onlySyn(c) || cause === "listen_overflow") return "server";
  const repeats = repeater(c);
  if (repeats !== null) return repeats === c.client ? "server" : "client";
  if (c.client.fin !== c.server.fin) return c.client.fin ? "server" : "client";
  return "client";
}

function sideName(side: SideIndex | null): SideName {
  return side === null ? "" : side === CLIENT ? "client" : "server";
}

/** Rises with every change of a rule, so that stored rows can be judged again. */
export const RULE_VERSION = 4;
