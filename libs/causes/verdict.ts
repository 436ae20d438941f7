import type { EvidenceName } from "./evidence.ts";
import type { Kind } from "./taxonomy.ts";

/** What is said of an ended connection. One object, filled anew for each. */
export class Verdict {
  kind: Kind = "open";
  /** A CauseName; '' for a connection that is open or whose end was not observed. */
  cause = "";
  parent = "";
  confidence = 0;
  benign: boolean | null = false;
  evidence: readonly EvidenceName[] = [];
  /** Who ended it: sender of the first FIN (fin) or the RST (reset, refused), the silent side (timeout). */
  sender: "client" | "server" | "" = "";
  firstFinBy: "client" | "server" | "" = "";
  firstRstBy: "client" | "server" | "" = "";
}

/** Rises with every change of a rule, so that stored rows can be judged again. */
export const RULE_VERSION = 2;
